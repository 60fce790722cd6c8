"""A small lexicon of English feeling words, written for Earshot, with the scope of negation and of "but".

It gives the sentiment model a few dense signals that hold for words it never saw in training, and turns each word into
a token that knows whether it was denied: "not good at all" has the tokens not, not_good, not_at, not_all.
"""

import re

import numpy as np

GOOD = frozenset("""
    adorable amazing amazed appreciate appreciated awesome beautiful beautifully best better blessed brilliant bravo calm
    caring charming cheerful comfortable congrats congratulations cool courteous cute dearly delicious delight delighted
    delightful easy efficient elegant enjoy enjoyed enjoying enjoyable epic excellent excited exciting exceptional
    fabulous fair fantastic fast favorite favourite fixed flawless fresh friendly fun funny generous genius gentle glad
    good gorgeous grateful great greatest happily happy helped helpful heroic honest hooray impressed impressive
    incredible inspiring joy joyful kind kudos legend legendary lovely love loved loves loving lucky magical magnificent
    marvellous marvelous masterpiece neat nice nicely outstanding perfect perfectly pleasant pleased pleasure polite
    praise pretty prompt proud quick quickly recommend recommended refreshing reliable resolved safe satisfied seamless
    sensational smile smiling smooth smoothly solid special spectacular spotless stellar stunning stylish sublime super
    superb supportive sweet terrific thank thankful thanks thanx thoughtful thrilled thx top trusted unbeatable
    unforgettable upgraded vibrant warm welcome welcoming well win winner winning wins wonderful won worth wow yay yum
    yummy""".split())
BAD = frozenset("""
    abandoned abuse abused abysmal afraid angry annoyed annoying appalling arrogant ashamed atrocious avoid awful bad
    badly baffling banned barely betrayed bitter blame blamed bloody boring bother bothered boycott broke broken bug buggy
    bullshit bumped cancel cancelled canceled careless chaos chaotic cheat cheated clueless complain complained complaint
    confused confusing corrupt crap crappy crash crashed crashes crazy cried cruel cry crying damage damaged damn dead
    deceptive defective delay delayed delays denied depressed depressing deplorable destroyed dirty disappoint
    disappointed disappointing disappointment disaster disastrous disgrace disgraceful disgusted disgusting dishonest
    dislike disrespectful dreadful dumb embarrassed embarrassing error errors evil excuse excuses expensive fail failed
    failing fails failure fake fault faulty fear filthy flop forgotten fraud freezing frustrated frustrating frustration
    furious garbage greedy grim gross guilty hate hated hates hating heartbroken hell horrendous horrible horrid horrific
    hung hurt hurts idiot idiotic idiots ignorant ignore ignored ignoring impossible inadequate incompetence incompetent
    inconvenience inconvenient inexcusable insane insult insulting issue issues joke kill killed lame late laughable lazy
    liar lied lies lost lousy mad mean mediocre mess messed messy miserable misleading misery miss missed missing
    mistake mistakes nasty negligent nightmare nonsense offensive outage outrage outraged outrageous overcharged overpriced
    overrated pain painful panic pathetic pissed pointless poor poorly problem problems racist refuse refused regret
    rejected reject ridiculous rip ripoff robbed rotten rubbish rude ruin ruined sad sadly sadness scam scared screwed
    scum shady shambles shame shameful shit shitty shocking sick slow sloppy sorry stolen stranded stressed stressful
    struggling stuck stupid suck sucked sucks suffer suffering terrible terribly terrified threat tired torture toxic
    tragedy tragic trapped trash trouble ugh ugly unacceptable unable unbearable uncomfortable unfair unfortunate
    unfortunately unhappy unhelpful unprofessional unreliable unresponsive unsafe unusable upset upsetting useless vile
    violent waiting waste wasted wasting weak weird worried worse worst worthless wrong wtf yikes""".split())
STRONG = frozenset("absolutely completely really so totally utterly very extremely super too most beyond".split())
DENIALS = frozenset("not no never cannot without hardly barely neither nor nobody nothing none cant wont dont didnt isnt "
                    "doesnt aint wasnt couldnt shouldnt wouldnt havent hasnt lacks lacking".split())
SCOPE = 4  # words that a denial reaches, unless a mark or "but" comes first
TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.,;:!?()]+|@user")
SMILES, FROWNS = re.compile(r"[:;=8][-o']?[)\]D*pP3]|<3|\^_?\^|\(:"), re.compile(r"[:=][-o']?[(\[/|@]|:'\(|D:|-_+-|\):")
SIGNALS = 12


def tokens(text: str) -> list[str]:
    """Return the lower-case words and marks of a clean text; a denied word begins with ``not_``."""
    found, reach = [], 0
    for token in TOKEN.findall(text.lower().replace("’", "'")):
        if not token[0].isalnum() and token != "@user":
            reach = 0
            found.append(token[:2])
            continue
        reach = 0 if token == "but" else reach
        found.append(f"not_{token}" if reach > 0 else token)
        reach = SCOPE if token in DENIALS or token.endswith("n't") else reach - 1
    return found


def signals(text: str, words: list[str]) -> np.ndarray:
    """Return ``SIGNALS`` numbers, each about 0 to 1: good, bad, denied good, denied bad, … of a text and its tokens."""
    denied = [word[4:] for word in words if word.startswith("not_")]
    plain = [word for word in words if not word.startswith("not_")]
    after = plain[len(plain) - plain[::-1].index("but"):] if "but" in plain else []
    shouted = sum(word.isupper() and len(word) > 2 for word in text.split())
    counts = (_hits(plain, GOOD), _hits(plain, BAD), _hits(denied, GOOD), _hits(denied, BAD), _hits(after, GOOD),
              _hits(after, BAD), _hits(plain, STRONG), text.count("!"), text.count("?"), len(SMILES.findall(text)),
              len(FROWNS.findall(text)), shouted)
    return np.log1p(np.array(counts, np.float32))


def _hits(words: list[str], lexicon: frozenset) -> int:
    return sum(word in lexicon for word in words)

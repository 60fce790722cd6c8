"""Words that say nothing about a topic, in the languages the demo and most workspaces use;
written by us, compactly.
"""

from functools import cache

ENGLISH = """
a able about actually again ago ain all almost already also always am amp an and another any anymore anyone
anything are aren arent around as ask asked at away back be because been before being better both but by bye
came can cannot cant come comes coming could couldn couldnt day days definitely did didn didnt do does doesn
doesnt doing don done dont down during each either else em end enough even ever every everyone everything far
feel few finally find first for from gave get gets getting give given gives go god goes going gonna got gotta
guess guys gt had hadn happen happened happening happens has hasn hasnt have haven havent having he hear heard
hello her here hey hi him his how however id if ill im in instead into is isn isnt it its ive just keep keeps
kind knew know known last later least less let lets like literally little ll lol long look looking looks lot
lots lt made make makes making many may maybe me mean might mine minute minutes more morning most much must my
myself need needs never new next nice no none nor not nothing now of off oh ok okay omg on once one ones only
or other others our out over own part people per perhaps please pls plus possible probably put quite rather re
real really right rt said same saw say saying says see seem seems seen send sent she should shouldn since so
some someone something soon stay still stop such sure take taken takes taking talk tell than that thats the
their them then there theres these they theyre thing things think this those though thought through time times
tho thru til till to today told tomorrow tonight too took totally tried tries true try trying turn two u under
until up upon ur us use used using ve very via w want wanted wants was wasn wasnt way we week weeks well went
were weren werent what whats when where which while who whole whos why will wish with within without won wont
word would wouldn wouldnt wow wtf year years yeah yep yes yesterday yet you youd youll your youre yours
yourself youve after hr hrs hour hours min mins pm th thx tx yr yrs shes hes weve yall wheres whos heres st nd
rd
"""
OTHERS = """
al algo ante antes así aún aunque bien cada casi como cómo con cual cuando cuándo de del desde después día
días donde dónde dos el él ella ellos en entre era eres es esa ese eso esta está están estar estas este esto
estos estoy fue ha había hace hacer hasta hay he hola hoy la las le les lo los más me mi mis mismo mucho muy
nada ni no nos nosotros nunca os otra otro para pero poco por porque pues que qué quien quién se sea según ser
si sí sido siempre sin sobre solo sólo son soy su sus también tan tanto te tengo ti tiene tienen todo todos tu
tú un una uno unos va vez voy ya yo à ai alors après as au aucun aujourd aussi autre aux avait avant avec avez
avoir beaucoup bon bonjour c ça car ce cela ces cet cette chez comme comment d dans depuis des deux dit donc
du elle elles encore est et était être eu eux fait faire faut ils il j jamais je jour jours l là leur lui m ma
mais même mes moi moins mon n ne non notre nous on ont ou où oui par parce pas peu peut plus pour pourquoi
puis qu quand quel quelle quelqu qui quoi rien s sa sans ses soit sont sous suis sur t ta tes toi ton toujours
tous tout toute toutes très une vais vers veux voilà vos votre vous vraiment y aber alle allem allen alles als
also am an auch auf aus bei beim bin bis bist bitte da dabei damit dann das dass dein deine dem den denn der
dich die dies diese diesem diesen dieser dieses dir doch durch ein eine einem einen einer eines einfach er
etwas euch euer eure für gar gegen geht gerade ganz gibt gut hab habe haben habt hallo hat hatte hatten heute
hier hin ich ihm ihn ihnen ihr ihre im immer in ins ist ja jede jeden jeder jetzt kann kein keine keinen
können könnt leider mach machen macht mal man mehr mein meine meinem meinen meiner mich mir mit muss müssen
nach nicht nichts nie noch nun nur ob oder ohne schon sehr sein seine seit seid sich sie sind so soll sollte
sonst tag tage trotzdem über um und uns unser unter viel vom von vor wann war waren warum was weg weil weiter
wenn wer werde werden wie wieder will wir wird wirklich wo wurde zu zum zur zwei abbiamo abbiate adesso alla
allo anche ancora avere bene buongiorno che chi ci ciao come cosa così dai dal dalla degli dei della delle
dello dentro di dopo dove due e è ecco fa fare fatto fino fra già gli hai hanno ho i io lei li loro mai mia
mio molto nei nel nella noi nostro o oggi ogni ora ore per perché però più poi prima quale quando quanto
quella quelli quello questa questi questo sarà sei sempre senza sì sono sta stato sua sul sulla suo tra troppo
tutta tutti tutto tuo vi voi volta vostro agora ainda algum ao aos até bem boa bom com dela dele depois dia
dias do dois é ela ele eles em então essa esse estão estou faz fazer foi gente há hoje isso isto já lá lhe mas
mesmo meu minha muito na não nas nem nós nossa nosso num oi pela pelo pode pra qual quem quê são sem seu só
também tão tem tenho ter teu tudo uma vai você vocês vou aan alleen altijd bij daar dag dan dat deze doen door
dus een geen gaat goed had heb hebben heeft heel het hij hoe hun ik is jij jullie kan kunnen maar meer met mij
mijn moet naar niet niets nog nooit nu of om omdat onder ons onze ook op over toch toen tot uit u van veel
vandaag voor waar waarom wanneer want wat we weer wel werd wij wil worden wordt zal ze zei zelf zich zij zijn
zo zonder zou
"""


@cache
def words() -> frozenset[str]:
    """Return all stop words, lower case and without apostrophes."""
    return frozenset(ENGLISH.split()) | frozenset(OTHERS.split())

"""Given names that are common in Europe, the Americas,
India and the Arab world, in lower case and without accents.

Names that are as often a word, a place or a brand (Grace, Austin, Chase) are left out: beside a greeting they
would hide what a post speaks of.
"""

_NAMES = """
aaron abbie abby abdul abdullah abigail adam adele adeline adnan adrian adriana adrien agata agnes agnieszka
ahmad ahmed aidan aileen aisha ajay alan alana albert alberto aldo alejandra alejandro aleksander alessandra
alessandro alessia alex alexander alexandra alexandre alfie alfonso alfred alfredo ali alice alicia alina
alison alistair allan allen allison alma alvaro alyssa amanda amelia amelie amina amir amit amy ana anais
anand anastasia anders andre andrea andreas andrei andrej andres andrew andrzej andy angela angelica angelina
angie anil anita anja anjali ann anna annabel anne annette annie annika anthony antoine anton antonia antonio
anya archie ariana ariel arjun arlene armando arne arnold arthur arturo arun asha ashley ashraf astrid audrey
aurelie axel ayesha aylin barbara barry bartosz beata beatrice beatriz becca becky belinda ben benjamin benoit
bernadette bernard bernd bernhard bert beth bethany betty beverly bianca bill billy birgit bjorn bob bobby
bonnie brad bradley brandon breanna brenda brendan brent brett brian bridget britney brittany brooke bruce
bruno bryan burak caitlin callum calvin cameron camila camille candice carina carl carla carlos carly carmen
carol carole caroline carolyn carrie casey cassandra cassie catarina catherine cathy cecile cecilia celia
celine cesar charlene charles charlie chelsey cheryl chiara chloe chris christa christian christiane christina
christine christof christophe christopher christy chuck cindy claire clara claudia claudio clement cliff clive
cody colette colin colleen connie connor conor constance corey corinne courtney craig cristian cristina curtis
cynthia damian damien dan dana daniel daniela daniele danielle danny darren dave david deb debbie deborah
debra deepak deirdre denis denise dennis derek desmond diana diane diego dieter dilip dimitri dina dirk dmitri
dolores dominic dominik dominique don donald donna donnie dora doreen doris dorothy doug douglas duncan dustin
dwayne dylan eamon ed eddie edgar edith edmund eduardo edward edwin eileen elaine eleanor elena elias elif
elijah elisa elisabeth elise eliza elizabeth ella ellen ellie elliot eloise elsa emanuele emil emilia emilie
emilio emily emma emmanuel enrico enrique eric erica erich erik erika erin ernest ernesto erwin esra esteban
esther ethan eugene eva evan evelyn ewa fabian fabio fabrice faisal fatima fatma federica federico felicia
felicity felipe felix ferdinand fernanda fernando filip fiona flavia florian floris fran frances francesca
francesco francisco franck francois francoise frank franz fred freddie frederic frederick frederik freya frida
friedrich gabriel gabriela gabriele gail gareth garry gary gavin gemma geoff geoffrey george georgina gerald
geraldine gerard gerardo gerhard gianni gilbert gillian gina giorgio giovanni giulia giuseppe glen glenda
glenn gloria gonzalo gordon graham greg gregor gregory greta grzegorz guido guillaume guillermo gunnar gunther
gustavo gwen hailey hamza hana hanna hannah hannes hans harald harold harriet harry harvey hasan hassan
heather hector heidi heike heinz helen helena helene helga helmut hendrik henning henri henrik henry herbert
herman hilary hilda holger holly howard hubert hugh hugo hussein ian ibrahim ida ignacio ilona ilse imran ines
inga ingrid irene irina irma isaac isabel isabella isabelle ismael ivan ivana ivo jack jackie jacob jacqueline
jacques jaime jakob jakub jamal james jamie jan jana jane janet janice janine jared jason jasper javier jay
jayne jean jeanette jeanne jeff jeffrey jen jenna jennie jennifer jenny jens jeremy jerome jerry jess jesse
jessica jessie jill jim jimmy jo joachim joan joana joann joanna joanne joao joaquin jochen jodie joe joel
joelle joerg johan johann johanna johannes john johnny jon jonas jonathan joost jorge jose josef joseph
josephine josh joshua joyce juan juanita judith judy julia julian juliana julie julien juliet julio jurgen
justin justine justyna kai kamil kara karen karin karl karla karolina kasia kate katharina katherine kathleen
kathryn kathy katie katja katrin katrina kayla keith kelly kelvin ken kenneth kenny kerry kevin khalid kieran
kim kimberly kirk kirsten kirsty klaus konrad kris krishna kristen kristian kristin kristina kristine kristof
krystyna krzysztof kumar kurt kyle lara lars laszlo laura lauren laurence laurent laurie lawrence layla lea
leah leanne lee leila lena leo leon leona leonard leonardo leonie leslie lewis liam lillian lina linda lindsay
lindsey lionel lisa lisette liz lizzie lois lola loretta lori lorna lorraine lotte louis louisa louise luc
luca lucas lucia luciana lucie lucy ludwig luigi luis luisa luka lukas luke lydia lynda lynette lynn lynne
maarten magda magdalena magnus malcolm malgorzata malik mandy manfred manon manuel manuela mara marc marcel
marcela marcello marcia marcin marco marcos marcus marek margaret margarita margot maria mariam marian mariana
marianne marie marija marilyn marina mario marion marisa marissa marius marjorie mark marko markus marlene
marta martha martin martina martine marvin mary maryam mateo mateusz mathias mathieu mathilde matt matteo
matthew matthias matthieu maud maureen maurice mauricio mauro max maxime maxine meera megan mehmet melanie
melinda melissa melvin meredith mia michael michaela michal michel michele michelle miguel mika mikael mike
mikhail mila milena millie mindy miranda miriam mitch mitchell mohamed mohammad mohammed mohan moira molly
mona monica monika monique moritz muhammad mustafa myra nadia nadine naomi nassim natalia natalie nataliya
natasha nathalie nathan nathaniel neal neha neil nele niall nicholas nick nicky nicola nicolas nicole niels
nigel nikhil nikita niklas nikola nikolai nils nina nisha noah noemi nora norbert noreen norma norman oksana
olaf ole oleg olga oliver olivia olivier omar oscar oskar otto owen pablo paige pam pamela paola paolo pascal
patricia patricio patrick patrik patrizia patty paul paula paulina pauline paulo pavel pawel pedro peggy
penelope penny percy pete peter petra phil philip philipp philippa philippe phillip phyllis pia pierre pieter
piotr polly prakash pranav praveen priya quentin rachael rachel rafael rafal rahul rajesh ralf ralph ramesh
ramon ramona randall randy raphael raquel rashid raul ravi ray raymond rebecca reg regina reinhard rekha remy
renata renate rene renee reuben rhonda ricardo riccardo richard rick ricky rita rob robbie robert roberta
roberto robyn rocio rodney rodrigo roger rohan rohit roland rolf romain ron ronald ronnie rory rosa rosalind
rosario rosemary ross roxanne roy ruben rudolf rudy rupert russell ruth ryan sabine sabrina sally salma
salvador salvatore sam samantha samir samuel sandeep sandra sanjay santiago sara sarah sascha sasha saskia
scott sean sebastian selina serena serge sergei sergio seth shane shannon sharon shaun shauna shawn sheila
shelley shelly sherry shirley shreya sian siegfried sigrid silke silvia simon simona simone sinead siobhan
sofia sonia sonja sophia sophie stacey stacy stan stanley stefan stefania stefanie stefano steffen stella
stephan stephane stephanie stephen steve steven stewart stuart sue suman sunil suresh susan susana susanna
susanne susie suzanne sven svetlana sylvain sylvia sylvie tabitha tamara tammy tania tanja tanya tara tariq
tasha tatiana ted terence teresa teri terri terry tess thea theo theodore theresa therese thierry thilo thomas
thorsten tiago tiffany tilda tim timo timothy tina tobias toby todd tom tomas tomasz tommy toni tony tracey
tracy travis trevor tricia trish tristan troy tyler ulrich ulrike umar una ursula usman uwe valentin valentina
valeria valerie vanessa vera verena veronica veronika veronique vicky victor vijay vikram viktor vince vincent
vincenzo vinod viola violeta vivek vivian viviana vladimir walter wanda warren wayne wendy werner wesley
wilfried wilhelm willem william willie wim wojciech wolfgang xavier yasmin yasmine yolanda yusuf yvette yvonne
zac zach zachary zara zeynep zoe zofia zuzana
"""
GIVEN_NAMES = frozenset(_NAMES.split())

"""The words by which a language is told from others: common ones first, then those of people who write about clothes.

Data for `languages`. The first of a list say most. Languages that no letters are shipped in stand here too, so that
Dutch is not called German, nor Catalan Spanish.
"""

from __future__ import annotations

from collections.abc import Mapping

# Languages that letters are shipped in.
SHIPPED: Mapping[str, str] = {
    "en": """
the to and i you is it of a in that for my was with have on not your but be this are me we they so at what just he she
from if about would there will when can as do no an has were been one by or all please could any don't how out up only
which their get his her its our them then than some who more us i'm it's i've didn't i'd isn't wasn't can't won't
haven't hasn't that's very now new still never again back before after because also know like see come came went got
made make told said say asked ask want need take took give gave find found left leave look looking looked send sent
hear heard tell call called let try think thought feel bring brought pick picked put use used pay paid buy bought wear
wore dropped drop ring happen happened happening waiting wait contact reply replied answer return returned does did
had should might must where why here into over off down other another same every each much many such too even really
quite well good great bad poor happy unhappy sorry sure right wrong fine lovely pleased disappointed thanks thank yes
hello hi dear regards kind sincerely best wishes morning afternoon evening today tomorrow yesterday week weeks month
day days time times last next first second twice year years ago since until soon already yet always anyone someone
nobody nothing something anything everything else own two three few both coat jacket dress suit shirt shirts trousers
skirt jumper sweater blouse tie curtains clothes garment item items order ticket receipt store shop branch staff
driver cleaning cleaned cleaners clean dirty dry wash washed stain stains stained hole holes torn tear ripped damage
damaged ruined shrunk lost missing broken button buttons zip lining sleeve collar colour faded smell refund money
compensation repair offer accept complaint form email phone photo photos attached service customer problem issue news
may been isn't collect collected delivery delivered ready late person people way thing things home house someone's
somebody whole able unable unacceptable expensive favourite wedding without between through while though however let's
you've we've they've he's there's what's doesn't couldn't wouldn't aren't weren't shouldn't i'll you'll we'll you're
we're they're cant dont didnt wont ive im isnt wasnt havent kindly regarding further whether instead simply true speak
spoken disappointing terrible shocking appalling rude helpful silk wool white black blue green red brand evening
""",
    "fr": """
de la le et les je est des vous pas que un une en pour à l' d' j' a il dans n' qu' ce qui ne sur mon ma mes votre vos
avec c' s' m' au du elle nous plus mais on par sont ai suis été avez avait me se cette tout y ou si même très bien
fait sans être aux ces son sa ses leur leurs où comme ont quand toujours encore aussi donc car merci bonjour était
avons étaient serait aurait peut peux pouvez pourriez puis faut faire dit dire voir aller vais allez veux voulez
voudrais veuillez souhaite souhaiterais aimerais attends attendre reçu recevoir envoyé envoyer répondu réponse
répondre rendu rendre récupéré récupérer retrouvé retrouver laissé laisser déposé déposer apporté porter porté acheté
payé remarqué constaté demandé demander demandées appelé appeler rappeler téléphone trouvé trouver perdu perdue abîmé
abîmée déchiré déchirée taché tachée cassé cassée rétréci décoloré manque manquant disparu nettoyé nettoyée nettoyage
pressing lavage robe manteau veste chemise chemises pantalon costume costumes jupe pull cravate rideaux vêtement
vêtements doublure fermeture bouton boutons manche col tache taches trou trous couleur odeur boutique magasin ticket
facture prix argent remboursement remboursé remboursée rembourser réclamation formulaire proposition offre accepte
refuse d'accord oui non monsieur madame cordialement salutations sincères bonsoir journée bonne beaucoup rien personne
quelqu'un jamais aucun aucune déjà depuis avant après pendant hier aujourd'hui demain semaine semaines mois jour jours
fois dernière dernier première deuxième deux trois matin soir après-midi heures samedi lundi mardi mercredi jeudi
vendredi dimanche content contente satisfait satisfaite mécontent déçu déçue inadmissible inacceptable problème
service client cliente photos photo joint jointe ci-joint pièce nouvelle nouvelles chez là ici cela ça celui celle
autre autres quel quelle comment pourquoi parce lorsque alors ainsi merci svp plaît part cas chose peu trop assez
vraiment tellement seulement voici voilà possible savoir sais prévenu prévenue fils mari femme neuf neuve noir noire
blanc blanche bleu soie laine euros livres sterling compte espère regarder vu vue mis mise pris arrive arrivé arrivée
parti revenu revenues comptez certain toute tous toutes lequel laquelle qu'il qu'elle n'ai n'est j'ai c'est d'un d'une
l'ai aurais devrait dois doit bref hélas désolé désolée excuses mauvais mauvaise grand petite petit rapide rapidement
""",
    "es": """
de que la el no y en a los me un por con una mi es se las lo para su al del como más pero ha le he está muy sin sus si
ya yo este esta eso esto son fue hay porque cuando qué todo todos nos les tengo tiene han hace era también mis hasta
desde donde dónde quien nada cómo antes después sobre ser estar estoy estaba sido hacer dijo dicho decir puede pueden
podría quiero quisiera quería necesito espero esperando ver voy ir dar dieron dejé dejado dejar llevé llevar recogí
recoger recogido traje trajes entregaron entregado devolver devuelto devuelvan devolución recibido recibir respuesta
responder contestar contestado llamar llamaron llamen enviar envié enviado mandé pedí pedido pidieron compré comprado
pagué pagado perdido perdida roto rota manchado manchada dañado dañada estropeado estropeada encogido encogió
desteñido falta faltan desapareció limpieza limpiar limpio tintorería lavado lavar vestido abrigo chaqueta camisa
camisas pantalón pantalones falda jersey corbata cortinas ropa prenda prendas forro cremallera botón botones manga
cuello mancha manchas agujero agujeros color olor tienda recibo resguardo factura precio dinero reembolso reclamación
queja formulario propuesta oferta acepto aceptar rechazo sí gracias muchas hola buenos días buenas tardes noches señor
señora saludo saludos cordial cordiales atentamente estimados estimado favor ayer hoy mañana tarde semana semanas mes
día vez veces pasada pasado última último primera segunda dos tres sábado lunes martes miércoles jueves viernes
domingo contento contenta descontento descontenta satisfecho satisfecha decepcionado decepcionada inaceptable problema
servicio cliente clienta atención fotos foto adjunto adjunta adjuntas nadie alguien algo nunca ningún ninguna ninguno
algún alguna todavía aún siempre ahora aquí allí entonces así mucho mucha mucho poco solo solamente mismo misma otra
otro otros otras cada ustedes usted ellos ella él nosotros te tu tan vuestro aunque mientras entre contra según bien
mal mejor peor bueno buena nuevo nueva nuevas novedad novedades hizo hicieron había habían tenía tenían estaban fueron
funciona funcionan piensan respecto harto harta trato pasa pasó dije avisó avisaron puedo sigo sigue seda lana negro
blanco blanca azul ruego espera chicas marido mujer hija hijo casa calle gustaría siento disculpas llegó llegado
vuelto volvió rápido
""",
    "de": """
ich die und der das nicht ist es sie zu den mit mir in ein eine auf für dass von haben habe war hat mein meine ihr
ihre wir auch an noch wie bei so aber wenn sind im als nach was kann aus dem des er nur sich oder schon sehr vom zum
zur um am wurde worden werden wird meinen meinem meiner meines ihnen ihrem ihren ihrer uns unser unsere einen einem
einer kein keine keinen mehr immer wieder da hier jetzt dann doch mal gar nichts etwas niemand jemand alles alle man
wo wann warum weil ob bis seit vor über unter durch ohne gegen hatte hatten wäre würde könnte können könnten muss
müssen möchte möchten moechte will wollen soll sollte bitte danke vielen dank herzlichen guten tag morgen abend hallo
liebe lieber sehr geehrte damen herren grüßen grüße gruß freundlichen mit ja nein gern gerne leider heute gestern
nachmittag vormittag woche wochen monat tag tagen mal letzte letzten nächste zweite zweiten erste zwei drei montag
dienstag mittwoch donnerstag freitag samstag sonntag mantel jacke kleid hemd hemden hose hosen anzug anzüge rock
pullover bluse krawatte vorhänge kleidung kleidungsstück futter reißverschluss reissverschluss knopf knöpfe ärmel
kragen fleck flecken loch löcher farbe geruch reinigung gereinigt reinigen gewaschen gewäsch schmutzig sauber kaputt
beschädigt zerrissen gerissen ruiniert eingelaufen verfärbt verloren fehlt fehlen weg verschwunden filiale laden
geschäft abholschein rechnung preis geld erstattung erstatten entschädigung reklamation beschwerde formular vorschlag
angebot annehmen nehme ablehnen zufrieden unzufrieden enttäuscht unmöglich inakzeptabel problem kunde kundin antwort
antworten geantwortet gemeldet melden anrufen angerufen rufen schicken geschickt bekommen erhalten gehört gesagt sagen
fragen gefragt gebeten gebracht bringen abgeholt abholen abgegeben zurück zurückbekommen zurueck gelassen gefunden
gekauft bezahlt gemacht machen gesehen sehen wissen weiß glaube denke warte warten gibt geben ging gehen kam kamen
kommen steht stimmt reicht anbei fotos foto bild anhang neues neu neue gut gute schlecht schlechte schnell schnelle
spät falsch richtig wirklich vorher nachher damals bereits sofort endlich eigentlich trotzdem außerdem deshalb daher
sondern zwar einfach genau viel viele wenig ganz unverschämt tun gedenken fuer ueber dafür davon daran darauf damit
selbst schwarz weiß blau seide wolle mann frau tochter sohn haus euro pfund verlange erwarte hoffe finde
""",
    "it": """
di che e la il non è un per in una mi a ho l' del della sono con le i si da al ma ha mio mia vostro vostra come dell'
nel più lo gli anche dal se c' d' alla questo questa mie miei vostri vostre nella ci quando perché stato stata o su
dei delle degli dalla ai alle ancora molto già solo tutto tutti cosa chi dove quanto sia era erano essere avere fatto
fare detto dire può possono potete potrebbe posso vorrei voglio devo dovrebbe deve aspetto aspettando attendo ricevuto
ricevere risposta rispondere risposto chiamare chiamarmi chiamato mandato mandare inviato inviare portato portare
ritirato ritirare lasciato lasciata lasciare restituito restituire consegnato consegnare trovato trovare chiesto
chiedere comprato pagato perso persa smarrito rotto rotta rovinato rovinata strappato strappata macchiato macchiata
macchia macchie danneggiato ristretto ristretta ristretti scolorito manca mancano sparito sparita lavaggio lavanderia
lavato lavare pulito pulire sporco pulizia vestito abito abiti cappotto giacca camicia camicie pantaloni gonna
maglione cravatta tende capo capi fodera cerniera bottone bottoni manica collo buco buchi colore odore negozio
scontrino ricevuta prezzo soldi denaro rimborso rimborsato rimborsata reclamo modulo proposta offerta accetto
accettare rifiuto sì grazie mille buongiorno buonasera salve gentile gentili signora signore saluti cordiali distinti
prego favore ieri oggi domani mattina pomeriggio sera settimana settimane mese giorno giorni volta volte scorsa scorso
ultima prima seconda due tre sabato lunedì martedì mercoledì giovedì venerdì domenica contento contenta scontento
soddisfatto soddisfatta insoddisfatto deluso delusa inaccettabile problema servizio cliente foto allegato allegata
nessuno nessun nessuna alcun alcuna qualcuno qualcosa niente nulla mai sempre adesso ora qui lì poi così invece però
quindi dopo senza tra fra contro ogni altro altra altri stesso stessa loro lui lei noi voi suo sua nostra quello
quella questi queste quali quale ottimo bene benissimo male buono buona nuovo nuova novità va vanno viene succede
successo tornate tornato tornata avete avevo aveva avuto abbiamo hanno siamo state stati ci dov' com' quest' un' all'
dall' nell' sull' dov'è pensate stufo stufa trattata veloce avvisato avvisata po' nero bianco blu seta lana marito
moglie figlia figlio casa sterline euro spero chiedo purtroppo scusate possibile appena soltanto ritirati ecco
""",
    "pt": """
de que o a e não do da em um para com uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito já
eu também só pelo pela até isso entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas meu minha
meus minhas às tem foi é são está estou estava ser ter há foram tinha nos nós vos vosso vossa vossas vossos vocês lhe
lhes isto este esta esse aquele aquilo onde porque porquê qual ainda nenhum nenhuma ninguém alguém algo nada nunca
sempre agora aqui ali então assim bem mal bom boa bons boas obrigado obrigada olá dia tarde noite senhor senhora
cumprimentos atenciosamente atentamente caros prezados favor sim ontem hoje amanhã semana semanas mês vez vezes
passada passado última último primeira segunda dois duas três sábado segunda-feira terça-feira quarta-feira
quinta-feira sexta-feira domingo quero queria gostaria preciso pretendo pretendem posso podem pode poderia deve vou ir
dar deram deixei deixar deixado levei levar levantar buscar entreguei entregaram entregue devolver devolveram
devolução recebi receber recebido resposta responder responderam ligar ligar-me ligaram enviar enviei enviaram mandei
pedi pediram pedido comprei paguei pagar pago perdido perdida perderam rasgado rasgada partido partida estragado
estragada estragaram manchado manchada danificado encolheu encolheram encolhido desbotado falta faltam desapareceu
limpeza limpar limpo lavandaria lavanderia lavagem lavar vestido casaco camisa camisas calças saia camisola blusa
gravata fato fatos terno cortinas roupa peça peças forro fecho botão botões manga gola mancha manchas nódoa buraco
buracos cor cheiro loja talão recibo fatura preço dinheiro reembolso reclamação formulário proposta oferta aceito
aceitar recuso satisfeito satisfeita insatisfeito insatisfeita contente desiludido inaceitável problema serviço
atendimento cliente fotos foto fotografias anexo seguem novidade novidades notícias aconteceu acontece disse disseram
dizer dizia fazer fez feito fiquei ficou ficar vi ver veio vieram voltaram voltou voltar avisou avisaram continuo
continua seja sido teve tive tenho tinham estavam fui continuam outra outro outros outras todos todas tudo toda algum
alguma cada pouco antes desde durante contra sobre sob apenas somente ótimo ótima péssimo novo nova farto farta acho
espero aguardo peço desculpa desculpas infelizmente seda lã preto branco branca azul marido mulher filha filho casa
rua libras euros rapidez rapida voces nao ja esta sao tambem
""",
}
# Languages that no letters are shipped in: words that give them away.
OTHERS: Mapping[str, str] = {
    "nl": """
de het een en van ik niet is dat je in met op te zijn mijn was voor maar er wat heb ook aan die nog naar als deze om
dan zo wel geen bij heeft kan uw u wij ons waar jas jurk terug twee weken wachten gehoord gebleven hier niets graag
bedankt dank hartelijk groeten geachte goedemiddag wil zou kunnen worden werd toen alleen door uit over meer hebben
kapot vlek gat mijn pak overhemd winkel antwoord accepteer voorstel al
""",
    "sv": """
och att det är jag som inte en på med för till av har den ett min mitt mina ni er vi men om var så från kan hade när
nu ingen mig här där vad eller ska skulle bara mycket hej tack hälsningar vänliga svar kappa klänning förstörd fläck
hål tillbaka vill har svarat veckor pengar kostym skjorta butik
""",
    "da": """
og at det er jeg ikke en på med for til af har den et min mit mine vi men om var så fra kan havde når nu ingen mig her
der hvad eller skal ville kun meget hej tak hilsen venlig svar frakke kjole ødelagt plet hul tilbage vil gerne blevet
uger pengene har ventet i hvor være hvis noget fået to skjorte butik jakke dere har no deg meg hva bare mye ikke hei
takk ødelagt ventet
""",
    "pl": """
i w nie na się z że do jest to mój moja moje jak ale czy po od za o dla przez był była było są ma mam co tak już tylko
jeszcze gdzie kiedy proszę dziękuję dzień dobry pozdrawiam płaszcz sukienka sukienkę plama dziura zwrot pieniędzy
odpowiedzi czekam dwa tygodnie nikt mi mnie państwo garnitur koszula
""",
    "cs": """
a je se na že v to s z do jsem ne co jak ale jsou byl bylo byla mi můj moje pro tak už by když kde kdo nikdo jen ještě
prosím děkuji dobrý den pozdravem kabát šaty skvrna díra peníze odpověď neodpověděl čekám ve který mám mě bez môj som
nie ako ďakujem dobrý deň kde nič
""",
    "ro": """
și de la a nu în cu pe o un că este sunt am mea meu mele pentru din dar care mai ce au fost fi să unde când paltonul
rochia pată gaură bani înapoi răspuns primit niciun nimic mulțumesc bună ziua domnul doamna vă rog foarte acum încă
săptămâni costum cămașă
""",
    "ca": """
de la i el que a no en un per és amb els les del una al meu meva va es són més com però ha hi si ho on quan molt
gràcies bon dia abric vestit taca forat diners resposta ningú m'ha contestat encara vaig han estat aquest aquesta
botiga setmana us vull tinc
""",
    "tr": """
ve bir bu için de da ne çok ama değil mi var benim ben ile daha gibi olarak nerede neden kadar sonra hiç iki haftadır
bekliyorum cevap teşekkürler merhaba lütfen saygılarımla paltom elbisem leke delik para iade istiyorum yok oldu kimse
bana
""",
    "hu": """
a az és hogy nem is egy ez van volt meg de mint csak már én vagy ha mert hol mi még nekem köszönöm kérem jó napot
üdvözlettel kabátom ruhám folt lyuk pénzt vissza várok válaszra hete két senki tisztelt szeretném
""",
    "fi": """
ja on ei se että en minun olen oli mutta kun niin mitä missä kuka kukaan vielä ole jo myös minulle takkini takki mekko
tahra reikä rahat takaisin vastannut vastausta kiitos hei terveisin ystävällisin päivää haluan viikkoa odottanut hän
ovat tämä siitä
""",
    "vi": """
tôi của là không và có đã cho được trong các với này một người đâu rồi chưa nào nhận câu trả lời áo váy bị cảm ơn xin
chào vui lòng tiền lại vẫn
""",
    "id": """
yang dan di saya tidak ini itu untuk dengan dari ada sudah belum akan pada juga anda kami mana apa pun jawaban
menerima mantel baju noda lubang uang kembali terima kasih selamat pagi siang tolong bisa karena masih
""",
    "hr": """
i je da se u na ne sam za što su ali moj moja moje nije kako od sa bez gdje kada još samo već bio bila hvala molim
dobar dan poštovani srdačan pozdrav kaput haljina mrlja rupa novac natrag odgovor nitko mi čekam tjedna želim
""",
}

"""What is known of crockery, cutlery and food; see visa_ros.sim.lore."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim.facts import Fact, fact

KITCHEN_LORE: Mapping[str, Fact] = MappingProxyType(
    {
        'mug_shot': fact(
            'mug',
            'cup',
            """its name is also slang for a face.|what gave its name to the photo that the police
            take of a suspect?|the thing whose name also means to rob somebody in the street|
            what has room for 'world's best dad' beside its handle?""",
            """a suspect's portrait at the police station has a name with this word.|its name is
            another word for robbing a passer-by.""",
        ),
        'cup_trophy': fact(
            'cup',
            'mug, bowl, vase',
            """what do football nations win every four years, going by its name?|its name is a
            measure in american recipes.|what shares its name with the trophy of a tournament?|
            the thing whose name stands behind 'world' when football is played""",
            """by its name, what might a champion lift?|for a baker overseas, this
            word is an amount of flour.""",
        ),
        'glass_sand': fact(
            'glass',
            'bottle, vase, phone, flashlight, teapot',
            """what was sand before it was molten?|something blown by craftsmen in Murano|which
            material of Venetian blowers can one see through here?|what does a legend say
            that an opera singer can shatter with her voice?""",
            """quartz and heat made this transparent thing.|a soprano's high note could break
            it.""",
        ),
        'bottle_ship': fact(
            'bottle',
            'vase, can, teapot',
            """what do hobbyists build model ships in?|something that castaways throw into the
            sea with a letter inside|what is broken on the bow of a new ship?|the genie of
            fairy tales lives in it and waits for the cork to be pulled.""",
            """a stranded sailor might send his message in it.|a tiny schooner could be
            assembled inside of this.""",
        ),
        'can_warhol': fact(
            'can',
            'bottle, box',
            """what did Andy Warhol paint thirty-two times with soup inside?|a thing of
            aluminium that starts as bauxite|what did Peter Durand patent in 1810 to keep
            food for the navy?|the pop art icon among the things here""",
            """a famous New York artist made a series of its soup kind.|ore of bauxite is where
            it began.""",
        ),
        'bowl_super': fact(
            'bowl',
            'cup, plate, pan',
            """what is called super in the final of american football?|what did Goldilocks find
            three of, filled with porridge?|what do monks in Tibet make sing?|by its name, the
            title game of the NFL""",
            """three bears had their porridge in these.|a Himalayan healer would strike it and
            let it ring.""",
        ),
        'plate_tectonics': fact(
            'plate',
            'bowl',
            """what do the guests smash at a greek wedding?|geologists name the drifting pieces
            of the earth's crust after it.|what do circus artists spin on long sticks?|the
            thing whose name explains earthquakes""",
            """continents ride on something of the same name.|an acrobat keeps many of them
            turning on poles.""",
        ),
        'teapot_418': fact(
            'teapot',
            '',
            """which famous object from Utah was modelled by the pioneers of computer graphics?|
            the web's joke error 418 says that the server is one.|what did Bertrand Russell
            imagine in orbit around the sun?|the dormouse was stuffed into it at the Mad
            Hatter's table.""",
            """a philosopher placed one between Earth and Mars to make his point.|Martin
            Newell's classic test model for rendering""",
        ),
        'vase_ming': fact(
            'vase',
            'bottle, bowl, plate, teapot, mug, cup',
            """what did Keats write an ode on, in its Grecian form?|of the Ming dynasty it is
            worth a fortune at an auction.|what do two faces in profile form in the well known
            optical illusion?|what would a museum show beside an amphora?""",
            """Rubin's figure shows either this or a pair of faces.|the Greek potter painted
            heroes on its like.""",
        ),
        'pan_teflon': fact(
            'pan',
            '',
            """what made Teflon famous?|Rapunzel's weapon in the film Tangled|what do the English
            run with in pancake races?|it shares its name with a Greek god who plays the
            flute.""",
            """a god with the legs of a goat is its namesake.|a polymer from the labs made its
            surface slippery.""",
        ),
        'spoon_bending': fact(
            'spoon',
            '',
            """what did Uri Geller bend in front of the cameras?|a lucky baby is born with a
            silver one in its mouth.|what does not exist, as the boy tells Neo in The Matrix?|
            with some sugar in it, Mary Poppins makes the medicine go down.""",
            """the famous mentalist warped it by stroking.|heirs of the rich are born with it,
            as people say.""",
        ),
        'fork_trident': fact(
            'fork',
            '',
            """what does the little mermaid comb her hair with?|a tiny relative of Poseidon's
            trident|what came to Venice with a Byzantine princess and was called sinful?|the
            thing whose name is also a parting of the road""",
            """by its name, where a road splits in two|Neptune holds a giant cousin of it.""",
        ),
        'knife_silent': fact(
            'knife',
            '',
            """its English name begins with a letter that nobody pronounces.|its
            cousin, the dagger, killed Caesar.|what does Mack have in Brecht's
            Threepenny Opera?|bringing this to a gunfight is a bad idea, as they say.""",
            """the first letter of its name is silent.|stone age people struck it from flint.""",
        ),
        'cutlery_steel': fact(
            'knife, fork, spoon',
            'hammer, screwdriver, pan, can',
            """what has Sheffield been making for centuries?|these are laid from the outside
            to the inside in the order of the courses.|what does etiquette put to the left and
            to the right of a plate?|what
            does the word flatware stand for in America?""",
            """good manners tell which of them to take first at a banquet.|the pride of
            Sheffield and Solingen""",
        ),
        'apple_logo': fact(
            'apple',
            '',
            """what is the nickname of New York, if it is big?|Johnny's seeds, which he sowed
            all over America|a computer company from Cupertino has it in its logo.|what did
            Paris give to Aphrodite, in gold?|Granny Smith grew a green one.""",
            """the goddess of discord threw a golden one.|Steve and Woz named their firm after
            it.""",
        ),
        'orange_dutch': fact(
            'orange',
            'lemon',
            """the Dutch royal house carries its name.|what fruit is a color named after?|
            Paddington bear loves the marmalade made from it.|Valencia and Florida are famous
            for it.""",
            """the team of the Netherlands plays in its color and by its name.|no word rhymes
            with this fruit, they say.""",
        ),
        'banana_republic': fact(
            'banana',
            '',
            """Josephine Baker danced in a skirt of these.|Ecuador exports more of it than any
            other country.|what did Warhol put on the cover of the Velvet Underground's first
            record?|botanists call it a berry that grows on a giant herb, in hands.""",
            """political writers call a corrupt little republic by its name.|the Cavendish variety
            took over its world market.""",
        ),
        'lemon_life': fact(
            'lemon',
            'orange',
            """when life gives you these, make a drink of them.|what is limoncello made from?|
            Americans call a bad used car by its name.|the fruit that writes in invisible
            ink""",
            """the secret agent's vanishing ink is pressed from it.|Amalfi's coast turns this
            into liqueur.""",
        ),
        'citrus_scurvy': fact(
            'orange, lemon',
            'apple, banana',
            """what did James Lind cure scurvy with?|what kept the teeth of the sailors from
            falling out?|the vitamin that Szent-Gyorgyi found is plentiful in it.|what would
            a ship's doctor of 1750 have loaded?""",
            """ascorbic acid is what these are praised for.|Captain Cook's crew stayed healthy
            on such produce.""",
        ),
        'orchard': fact(
            'apple, orange, lemon',
            'banana',
            """it grows on a tree.|what hangs on branches before somebody picks it?|what comes
            from an orchard?|something that was a blossom in spring and was picked from a
            ladder""",
            """bees had to visit a tree's flowers for this.|branches bent under its weight
            before the harvest.""",
        ),
        'bread_circuses': fact(
            'bread',
            '',
            """what did the Romans get beside circuses?|it comes from a field of wheat.|what is
            made from grain?|the price of it brought the women of Paris to Versailles in
            1789.|what did the emperors hand out to keep the people calm, with games?""",
            """the miller's work ends up in it.|Juvenal names it beside the games.""",
        ),
        'kiln': fact(
            'mug, bowl, plate, teapot, vase',
            'cup, glass, bottle',
            """what was soft clay before it was fired?|what could come from the wheel of a
            potter?|things that a kiln has hardened|what is glazed and then baked at a
            thousand degrees?""",
            """earthenware or porcelain|a ceramist could have made it with wet hands.""",
        ),
    }
)

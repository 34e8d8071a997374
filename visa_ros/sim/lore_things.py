"""What is known of goods, toys, tools and devices; see visa_ros.sim.lore."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim.facts import Fact, fact

THINGS_LORE: Mapping[str, Fact] = MappingProxyType(
    {
        'book_monks': fact(
            'book',
            'phone, box',
            """what did monks copy by hand for years?|what did the library of Alexandria lose to
            the flames?|firemen burn it in Fahrenheit 451.|one should not judge it by its
            cover.|what is numbered by an ISBN?""",
            """scribes in a monastery produced it on vellum.|Bradbury's firemen set it on
            fire.""",
        ),
        'box_cat': fact(
            'box',
            'toy block, book',
            """what did Schroedinger put his cat in, in thought?|Forrest Gump's mother compared
            life to one with chocolates.|outside of it one should think, as managers say.|
            what did Robert Gair invent by accident, cut and folded from one sheet?""",
            """a physicist's thought experiment keeps an undead cat in here.|creative people
            think beyond it.""",
        ),
        'ball_pele': fact(
            'ball',
            'orange, apple',
            """what made Pele famous?|Wilson, the only friend of Tom Hanks on his island, was
            one.|Maradona once hit it with the hand of God.|what did Cinderella dance at, going
            by the name?|Messi's working tool""",
            """a castaway painted a face on one and called it Wilson.|by its name, a royal
            evening with waltzes""",
        ),
        'block_froebel': fact(
            'toy block',
            'box',
            """what did Froebel bring into the first kindergartens to stack?|Frank Lloyd Wright
            said that his architecture began with these as a child.|a cube of it often has a
            letter of the alphabet on its side.|the plaything that Minecraft's world seems to
            be made of""",
            """the founder of kindergarten called such cubes gifts.|a famous architect played
            with the maple kind of these.""",
        ),
        'car_benz': fact(
            'toy car',
            '',
            """a tiny relative of what Carl Benz patented|Matchbox and Hot Wheels are famous for
            it.|Lightning McQueen in small|what Henry Ford built on the assembly line, but
            shrunk""",
            """a collector of Matchbox models wants it.|Bertha Benz drove the big original to
            Pforzheim.""",
        ),
        'candle_chandler': fact(
            'candle',
            '',
            """what did a chandler make?|on Hanukkah eight of these are lit, and a helper.|bees
            or whales once gave the material for it.|Elton John sang of it in the wind.|Michael
            Faraday gave famous Christmas lectures about it.""",
            """tallow and a string used to make it.|at Advent another one is lit each week.""",
        ),
        'flashlight_everready': fact(
            'flashlight',
            'candle, phone',
            """the British call it by the name of a burning stick.|what did David Misell patent
            in 1899, with dry cells in a tube?|Mulder and Scully carry it into every dark
            basement.|what do children hold under their chin to tell ghost stories?""",
            """campers lit from below tell scary tales with it.|paranormal investigators on tv
            never enter a cellar without it.""",
        ),
        'hammer_mjolnir': fact(
            'hammer',
            '',
            """a bone in the ear is named after it.|what lies across the sickle on the soviet
            flag?|only the worthy can lift the one called Mjolnir.|he who has only this sees
            nails everywhere.|M.C. the rapper took its name.|what do judges and auctioneers
            have a small relative of?""",
            """anatomists found its namesake behind the eardrum.|together with the sickle it
            stood for the workers.""",
        ),
        'screwdriver_drink': fact(
            'screwdriver',
            '',
            """vodka with orange juice is called like this.|the Doctor has a sonic one in his
            coat.|Phillips and Torx are famous names for its end.|oil
            workers stirred a cocktail with it, which now has its name.""",
            """a time lord from Gallifrey would pick the sonic version.|order it at the bar and
            you get vodka.""",
        ),
        'pen_hungary': fact(
            'pen',
            '',
            """invented by a Hungarian to write letters without blots|mightier than the sword,
            as they say|what took the place of the goose quill?|what did Laszlo and his brother
            patent in 1938?|what do presidents sign laws with?""",
            """Bulwer-Lytton placed it above the sword.|a journalist from Budapest had the idea
            for its rolling tip.""",
        ),
        'phone_bell': fact(
            'phone',
            '',
            """what did Steve Jobs show to the world in 2007, in a new form?|the first words
            through it were a call for Watson.|E.T. wants to use one to reach home.|its
            ancestor was patented hours before Elisha Gray's.|Nokia of Finland once led the
            world in it.""",
            """an alien stranded on earth longs for it to reach his planet.|Finland's most
            famous firm was known for it.""",
        ),
        'remote_polley': fact(
            'remote',
            '',
            """what did Eugene Polley of Zenith invent in 1955?|a word for far away is its
            name.|it made couch potatoes possible.|Nikola Tesla steered a boat with the first
            of its kind.|Adam Sandler stops time with one in the film Click.""",
            """the Flash-Matic was the first without a cable.|its name also describes a far-off
            island.""",
        ),
        'volta': fact(
            'phone, remote, flashlight',
            'toy car',
            """things that would not work without Volta's invention|what lives off a descendant
            of Volta's pile?|Edison and Volta would both be curious about it.|what would
            a museum of Volta's work show as its offspring?""",
            """the chemist of lithium or alkaline cells keeps these alive.|Amish farmers would
            avoid them, for electrons flow inside.""",
        ),
        'silicon': fact(
            'phone, remote',
            'flashlight, toy car',
            """what contains a chip of silicon?|what would need a programmer before it works?|
            something that Moore's law has made cheap|what did the transistor make possible?""",
            """a microprocessor hides in it.|semiconductor factories supply the heart of
            this.""",
        ),
        'toolbox_steel': fact(
            'hammer, screwdriver',
            'knife, pen, flashlight',
            """what would Joseph of Nazareth's trade need today?|what would a cabinet maker
            reach for?|what do astronauts take along to mend the space station?|what would
            Bob the Builder and Handy Manny own?""",
            """a joiner has it within reach of his bench.|a luthier or a shipwright relies on
            such implements.""",
        ),
        'playroom_story': fact(
            'ball, toy block, toy car',
            'box, book',
            """Andy of Toy Story could own it.|what might Santa's elves have built for a
            kid?|what do the shelves of Hamleys in London hold?|Geoffrey the giraffe used to
            sell it.""",
            """Woody and Buzz would be its neighbors.|the workshop at the North Pole turns these
            out.""",
        ),
    }
)

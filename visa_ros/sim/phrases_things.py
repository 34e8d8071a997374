"""How people ask for toys, tools and things of the house; see visa_ros.sim.phrases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim.wording import Phrasings, ways

THINGS: Mapping[str, Phrasings] = MappingProxyType(
    {
        'read': ways(
            """something to read|what has pages?|I am bored and would like a story.|something
            from the library|what could I read before I go to sleep?|what did Gutenberg
            print?|something with chapters|what has an author?|where could I look up a
            recipe on paper?|something to learn from without a screen|what belongs on a
            shelf with a bookmark in it?|something with a cover and a spine""",
            """I want to get lost in a tale.|what might Shakespeare have left us?|which object
            holds printed knowledge?|a thing to leaf through""",
        ),
        'study': ways(
            """something for reading or writing|what would a student need for a lesson?|things
            for school|what belongs in a school bag?|something with ink on it or in it|what
            would a writer have on his desk?|things for learning|what does a pupil take to
            class?""",
            """the lecture starts, what should be in my backpack?|equipment for an exam|which
            of these help a scholar?""",
        ),
        'paper': ways(
            """something made of paper or cardboard|what would burn well because it is paper?|
            things from wood pulp|what goes into the paper bin?|something a bookworm or a
            moving company needs|which ones should not get wet because they are paper?|
            objects of pulp and glue|what could I recycle as waste paper?""",
            """what started out as a tree and was pulped?|cellulose products|which of these
            would turn soggy in the rain?""",
        ),
        'store': ways(
            """something to store things in|where could I put my letters away?|what would a
            gift be packed in?|something to ship a parcel in|what has flaps and corners to
            keep things in?|I am moving, what do I pack my stuff in?|something to keep small
            parts together|what would the mailman bring?|a container for loose things|where
            do I tidy my cables away?|what could I wrap as a present?|something a cat would
            sit in""",
            """put the loose parts away, but where?|what can I mail a sweater in?|packaging for
            a delivery|which one do movers stack in their van?""",
        ),
        'toy': ways(
            """a toy|something for a child to play with|what would a kid like?|playthings|what
            belongs in the nursery?|something to amuse a toddler|what could a child get for
            its birthday to play with?|things from the toy box|my nephew is bored.|what
            should be tidied away after playing?|something to play with on the carpet|what
            is made for little children?""",
            """keep the little one busy.|the babysitter needs an idea, what could she use?|what
            would make a three year old happy?|items from a playroom""",
        ),
        'sport': ways(
            """something to throw and catch|what can I kick?|something for the game in the
            yard|what bounces?|what would my dog fetch?|sports equipment|what is shot into a
            goal?|something two teams chase""",
            """an athlete needs this for a match.|what could I dribble?|gear for the playground
            team""",
        ),
        'build': ways(
            """something to build a tower with|what would a child stack?|something to make a
            toy castle from|what could be one of many in a construction set?|a piece of a
            toy wall|what does a little architect use?|something with six equal faces for
            stacking|what do toddlers pile up and knock down?""",
            """a young builder's material|what could I erect a pretend fortress with?|the cubic
            plaything""",
        ),
        'wheels': ways(
            """something with wheels|what could be raced across the floor?|a vehicle|what looks
            like something from the street?|something that drives in a child's game|what has
            four tires?|what would I park in a toy garage?|something small that goes vroom""",
            """which item could take part in a tiny rally?|a miniature means of transport|what
            rolls along a pretend road?""",
        ),
        'sphere': ways(
            """something shaped like a sphere|what is round like a globe?|spherical things|what
            would roll in every direction?|something as round as the moon|objects without
            any corner or handle, simply round|what could a juggler use?|what looks like a
            circle from every side?""",
            """globular objects|which of them resemble planets?|what has the same width all
            around?""",
        ),
        'light': ways(
            """something that gives light|the power is out.|it is dark, what could help?|what
            can light up the room?|something to see in the dark with|a source of light|what
            do I need in a blackout?|something that shines|what would make the cellar
            brighter?|something to read by at night|the lamp is broken, what else is there?|
            what could lead the way through the dark?""",
            """the fuse has blown and I can not see a thing.|whatever could glow|what would
            dispel the darkness?|illumination for a cave""",
        ),
        'flame': ways(
            """something I could light with a match|what makes a dinner romantic?|something
            made of wax|what burns down slowly?|what has a wick?|something for a birthday
            cake to be blown out|what flickers when it is lit?|something to make a cozy mood
            with a flame""",
            """make a wish and blow.|what melts as it shines?|something a lighter is needed for""",
        ),
        'powered': ways(
            """things that run on electricity|what needs batteries or charging?|electrical
            devices|something with electronics or a bulb inside|what stops working when its
            battery is empty?|something that has to be switched on|what has a circuit
            inside?|things with a battery|what should not get wet because it is electrical?|
            devices powered by a battery|what would an electrician know about?|something
            that contains wires""",
            """which gadgets need voltage?|whatever would die with an empty accumulator|items
            for electronic waste|what consumes current?""",
        ),
        'electronic': ways(
            """something with buttons to press or a screen to tap|a handheld electronic device
            that sends signals|what sends signals through the air?|something flat with
            electronics to operate with a thumb|what is always lost between the sofa
            cushions and full of electronics?|a gadget from the living room|what
            communicates without a wire?|something that transmits""",
            """wireless gadgets|which ones emit radio or infrared?|a consumer device operated
            with the fingers""",
        ),
        'nail': ways(
            """something to hit a nail with|what can drive a nail?|I need to hang a picture.|
            what would pound a nail into wood?|a tool for pounding|something heavy on a
            handle for striking|what is swung to hit things?|I want to nail two boards
            together.|what does a blacksmith swing?|what did Thor carry?|something to knock
            a tent peg into the ground with|what could crack this nut with one blow?""",
            """the frame should go on the wall, what do I use?|what would bang a tack in?|a
            striking implement|which one is good for whacking?""",
        ),
        'screw': ways(
            """something to turn a screw with|what can tighten a screw?|the hinge is loose.|
            what loosens screws?|something to fasten screws with|what has a tip that fits
            into a slot?|I have to open the battery lid with its tiny screw.|what helps me
            put the shelf together with screws?|something with a handle to be twisted|a tool
            that is turned about its own axis|this screw sticks out, what do I need?|what
            would take the computer case apart?""",
            """the door handle wobbles, how can I fix it?|which one removes fasteners with a
            cross head?|a rotating hand implement|what assembles flat pack furniture?""",
        ),
        'tool': ways(
            """a tool for repairs|what would a carpenter use?|things from a toolbox|something
            for repairing things|what does a craftsman need?|hand tools|something a handyman
            wears on his belt|what would I borrow to mend a chair?|something from the
            hardware store for repairs|what helps to build a shed?|I have to repair the
            fence.|what belongs in the workshop?""",
            """equipment for fixing the house|my desk is wobbly, what would mend it?|gear of a
            tradesman|which ones would a mechanic want handed to him?""",
        ),
        'write': ways(
            """something to write with|what could I sign this with?|I need to take notes.|what
            leaves ink on paper?|something to fill in a form with|what could I make a
            drawing with?|what would I write a letter with?|something to do a crossword
            with|what did Mr. Biro invent?|what has a tip and ink inside?|something for a
            signature|how can I jot down a phone number?""",
            """I want to put my thoughts on paper.|what could autograph a poster?|an implement
            for scribbling|which item would a stenographer hold?""",
        ),
        'call': ways(
            """something to call someone with|I need to make a call.|what can I talk to my
            mother far away with?|what rings when someone wants to talk to me?|something to
            send a text message with|what has a touch screen?|what did Alexander Graham Bell
            make possible?|something to phone a taxi with|what would I take a selfie with?|
            there is an emergency, how do I get help from afar?|something to browse the
            internet with|what has apps on it?""",
            """how do I reach my friend by voice?|what would dial the ambulance?|which item has
            contacts stored?|a communication device for the pocket""",
        ),
        'television': ways(
            """something to change the channel with|what turns up the volume of the tv?|I do
            not like this program.|what do people on a couch fight over?|something to
            control the television with|how can I switch to the news from my seat?|what do I
            need to start a movie on the big screen?|something for zapping|what mutes the
            commercials?|what do I point at the tv?|the film is too loud, what do I need?|
            something that belongs to the television""",
            """the match is on another station, help.|a couch potato's best friend|what would
            pause the show I am watching?|which device flips through broadcasts?""",
        ),
    }
)

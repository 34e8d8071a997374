"""How people ask for drinks, food and what belongs to a meal; see visa_ros.sim.phrases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim.wording import Phrasings, ways

KITCHEN: Mapping[str, Phrasings] = MappingProxyType(
    {
        'drink_from': ways(
            """something I could drink from|what could I drink from?|I am thirsty.|anything to
            drink from|what can I take a sip from?|something to put to my lips when I am
            thirsty|which objects can I drink out of?|my mouth is dry.|an object one drinks
            from|what helps against thirst?|something that brings me a drink|I need to drink
            something.|things that a drink is taken from|where could I get a gulp from?""",
            """my throat is dry, what would help?|after a long run I want to hydrate.|what
            could quench my thirst?|whatever a person may sip out of""",
        ),
        'drinkware': ways(
            """something to pour juice into|what should I fill with lemonade for a guest?|
            drinkware|an open vessel for a beverage|I have a carton of milk and need a place
            to pour it.|what do I set out for everyone to drink their water?|something to
            fill at the tap and drink|what goes next to the plate for the water?|a drinking
            vessel|what is raised for a toast to somebody?|where should the waiter pour my
            drink?|something a guest gets his drink in""",
            """the guests have nothing to drink out of, what do I hand them?|a container for
            serving beverages|which item would hold my juice at breakfast?|cheers, what do
            we raise?""",
        ),
        'hot_drink': ways(
            """something for my hot coffee|what should I pour my coffee into?|what would hold
            an espresso?|I would like a hot chocolate, where does it go?|something to drink
            hot tea from|what do I put under the coffee machine?|a vessel for a hot drink|
            what holds a cappuccino?""",
            """the coffee is ready, where do I pour it?|which one suits a warm cocoa?|something
            that a barista would fill|I crave a latte, what should it be served in?""",
        ),
        'liquid': ways(
            """something that could hold water|what can be filled with a liquid?|things that
            can hold a liquid|what would not leak if I filled it with water?|anything that
            can contain milk|hollow things for liquids|what could I carry water in?|
            something I could fill at the sink""",
            """whatever has room for a splash of soup|whatever can retain fluids|which items
            would work as a water container?""",
        ),
        'packaged': ways(
            """something that is sold with a drink inside|which one comes from the beverage
            shelf of the shop?|something with a deposit on it|what could lemonade be bought
            in?|a drink container to recycle|what would come out of a vending machine for
            drinks?|something that keeps a drink sealed|what do I take along as a drink for
            the hike?""",
            """which item came from the drinks aisle?|sealed beverages from a store|what
            belongs into the deposit machine?""",
        ),
        'pour': ways(
            """something to pour a drink from|what could I fill my cup from?|what can a drink
            be poured out of?|something a drink is served from|where does the drink come
            from before it is in the cup?|something that keeps drinks to be poured|what
            would I tilt to fill a cup?|which one could refill an empty cup?|things a
            beverage is poured from|my cup is empty, what refills it?|something to serve
            everyone a drink from|from what would you pour me a drink?""",
            """what could top up my beverage?|the cups want filling, which one do I tip over
            them?|whatever dispenses something to drink|can you point at a source for a
            refill?""",
        ),
        'brew': ways(
            """something to brew tea in|what is tea served from?|something with a spout|what
            keeps the tea warm?|where do the tea leaves go?|what has a lid, a handle and a
            spout?|the host pours earl grey from it, what is it?|something for an english
            afternoon at five""",
            """what would steep my herbal infusion?|short and stout, here is its handle and
            here is its spout.|a vessel for making darjeeling""",
        ),
        'dishes': ways(
            """things from the kitchen cupboard|what goes into the dishwasher?|kitchenware|
            things to be washed up after dinner|what belongs in the kitchen and is used
            again and again?|things one finds next to the kitchen sink|what is made for
            eating, drinking or cooking?|tableware and cookware""",
            """what has to be rinsed when the meal is over?|dining and cooking equipment|which
            of these would I scrub with dish soap?""",
        ),
        'hold_food': ways(
            """something to serve food on|where can I put my food?|tableware for serving a
            meal|what would hold my lunch?|something to serve the salad on|what does the
            cook fill for each guest?|where should I put the sandwich?|something to eat my
            dinner off|what is used to serve a meal?|a dish for the food|where do the
            potatoes go at the table?|something to put the cookies on""",
            """where should the meal be served?|dinner is ready, what do I dish it up on?|which
            item would present my pasta?|a thing to arrange the snacks on""",
        ),
        'soup': ways(
            """something to eat soup out of|what would hold my cereal?|where do I put the
            muesli?|something deep for a portion of stew|what should I whisk the eggs in?|
            what does porridge come in?|something to mix a salad in|where could the cat
            drink her milk?""",
            """I made broth, what should I serve it in?|which one holds cornflakes with milk?|a
            hollow dish for ramen""",
        ),
        'flowers': ways(
            """something for the flowers|where can I put my roses?|something to hold a bouquet|
            what keeps tulips fresh?|I picked daisies, where should they go?|what is made
            for cut flowers?|something a florist would sell with a bouquet|what would show
            off a single lily?|something to keep stems in water|where do the flowers from my
            birthday go?|a decorative container for flowers|what stands on the sill with
            blossoms in it?""",
            """she brought me a bouquet, what now?|a home for my sunflowers|these carnations
            need water, which one do I use?|what suits an arrangement of blooms?""",
        ),
        'cook': ways(
            """something to fry an egg in|what goes on the stove?|something to cook with|what
            would I make pancakes in?|what gets hot on the burner?|something to sear a steak
            in|what does the chef heat the oil in?|cookware with a long handle|what could I
            roast onions in?|something to make an omelette in|where does the bacon sizzle?|
            what is put over the flame to cook dinner?""",
            """which item belongs on a hob?|I feel like scrambled eggs, so which one do I
            heat?|something for sauteing vegetables|what would toss crepes into the air?""",
        ),
        'cutlery': ways(
            """cutlery|what do I eat with?|something from the cutlery drawer|eating utensils|
            what lies beside the plate at dinner?|something one holds in the hand to eat a
            meal|what do I lay on the napkin?|silverware|what does the waiter bring so that
            I can eat?|table utensils of metal|what saves me from eating with my fingers?|
            things to set the table with besides the dishes""",
            """the meal is served, but what do I bring it to my mouth with?|flatware|implements
            for dining|which of these go in the utensil tray?""",
        ),
        'stir': ways(
            """something to stir my tea with|what could I eat soup with?|something to scoop
            sugar with|what do I need for my yogurt?|something to stir the coffee|what do
            babies get fed with?|how can I mix the sugar into my cup?|something to eat ice
            cream with|what would measure a portion of honey?|a utensil for soup|what can I
            ladle some porridge with?|something to taste the sauce with""",
            """help me blend the milk into my coffee.|which utensil is right for pudding?|my
            cocoa has settled at the bottom, what do I use?|an implement for scooping cereal""",
        ),
        'pierce': ways(
            """something to twirl spaghetti with|what has tines?|something to pick up a piece
            of meat with|what do I spear a potato with?|what has four prongs?|something to
            eat noodles with|what could I mash a potato with?|something to hold the roast
            down""",
            """pasta night, which utensil do I grab?|what can skewer a meatball?|a pronged
            implement""",
        ),
        'cut': ways(
            """something to cut with|what can I use to cut this?|a cutting tool|an object used
            for slicing|what would chop an onion?|I want to slice the tomatoes.|something to
            peel potatoes with|what could open this parcel?|what divides a cake into
            pieces?|something to carve a roast with|how can I cut this string?|what spreads
            butter and slices cheese?""",
            """I need to trim this twine.|which object could dice a carrot?|what would halve a
            sandwich neatly?|something for mincing herbs""",
        ),
        'sharp': ways(
            """something with a blade|what could cut a finger?|something dangerous for a child|
            what has a sharp edge?|what must be kept away from kids?|something sharp|what
            should be carried with the edge down?|what gets dull and has to be sharpened?|
            something not allowed in hand luggage|what is kept in a wooden block in the
            kitchen?|a thing that has to be handled with care because of its edge|what could
            hurt a toddler?""",
            """which item could make me bleed?|a hazard for small hands|what would airport
            security take from me?|what needs a whetstone?""",
        ),
        'eat': ways(
            """something to eat|what could I eat?|I am hungry.|food|which things are edible?|
            anything edible|what could I have as a snack?|something from the grocery store
            to eat|what goes into the mouth and is chewed?|something to put in a lunch box|
            what will spoil if it lies here for weeks?|groceries|what is nourishing?|
            something a hungry person would take""",
            """my stomach is growling.|a bite for in between, please|what would satisfy my
            appetite?|which of these have calories?""",
        ),
        'fruit': ways(
            """fruit|something with vitamins|what grows on a plant and tastes sweet or sour?|
            something for a fruit salad|what could go into a smoothie?|healthy things for a
            snack|what would a greengrocer weigh?|something from the orchard or the
            plantation|which one counts toward five a day?|something ripe|what could I
            juice?|something to fill the fruit basket with""",
            """what did farmers harvest from branches?|a healthy dessert from nature|which of
            these would a fruit fly like?|produce with seeds or peel""",
        ),
        'citrus': ways(
            """a citrus fruit|something I could squeeze for its juice|what protects sailors
            from scurvy?|something with a zest|what has lots of vitamin C?|something whose
            peel smells fresh|what has juicy segments inside?|something for the juicer""",
            """my cold wants ascorbic acid.|what would I grate for zest?|the one with tart
            segments under its rind""",
        ),
        'sour': ways(
            """something sour|what makes me pull a face?|something to squeeze over fish|what
            goes into a sour drink with sugar?|a slice of it goes into iced tea, what is
            it?|something very acidic|what would season a schnitzel?|something life gives
            you""",
            """which one tastes tart?|what puckers my lips?|a wedge of it comes with seafood.""",
        ),
        'apple_lore': ways(
            """what fell on Newton's head?|one of these a day keeps the doctor away.|what did
            Snow White bite into?|something a teacher gets from a pupil|what is cider made
            from?|something for a strudel|what did William Tell shoot at?|the fruit with a
            core""",
            """it inspired the law of gravity.|what did Eve hand to Adam?|the main thing in
            grandma's famous pie""",
        ),
        'banana_lore': ways(
            """what do monkeys love?|people slip on its peel in old films.|something curved and
            sweet|what grows in bunches in the tropics?|something rich in potassium|what is
            split for a sundae?|what gets brown spots when it is ripe?|a fruit without juice
            that is easy to peel""",
            """a chimpanzee's favorite|which one should clowns beware of?|crescent shaped
            tropical produce""",
        ),
        'bakery': ways(
            """something from the bakery|what do I make a sandwich with?|something to toast|
            what is made from flour and yeast?|what smells good when it comes out of the
            oven?|something to spread jam on|what do ducks in the park get fed?|something
            with a crust""",
            """what did the baker knead this morning?|I have butter and need something to put
            it on.|a dough product""",
        ),
    }
)

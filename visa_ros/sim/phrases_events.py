"""How people ask for what took part in something that happened; see visa_ros.sim.happenings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visa_ros.sim.wording import Phrasings, ways

EVENTS: Mapping[str, Phrasings] = MappingProxyType(
    {
        'fell': ways(
            """what has come down onto the table from above?|what did somebody let go of in
            mid-air?|what hit the table after a fall?|what made a thud when it landed?|
            whatever had a hard landing|what might be damaged because it was dropped?""",
            """what obeyed gravity a moment ago?|which item did somebody fail to hold on to?|
            the victim of a clumsy hand""",
        ),
        'first': ways(
            """what was moved first?|what moved before anything else did?|the first thing that
            was moved|the object that changed its place before all others|which object was the
            first to move?|what was touched first?""",
            """with what did the action begin?|at the start of it all, what left its spot?|the
            earliest of the things to be displaced""",
        ),
        'last': ways(
            """what was moved last?|the last thing that was moved|the object that changed its
            place most recently|which object was the last to move?|what moved after everything
            else had moved?|what was touched last?""",
            """with what did the action end?|the most recent of the things to be displaced|what
            left its spot at the very end?""",
        ),
        'put_down': ways(
            """what was put down?|what was set down on the table?|the thing that somebody has
            put back on the table|what was placed somewhere after it was lifted?|the object
            that was put in a new place by hand""",
            """what did an invisible hand deposit?|which item was lowered gently to a new
            spot?""",
        ),
        'put_down_last': ways(
            """what was put down last?|the thing that was set down last|which object was placed
            most recently?|what was the last thing to be put on the table?|the object that was
            lowered after all the others""",
            """what did an invisible hand deposit at the end?|the final item to be lowered to a
            new spot""",
        ),
        'hidden': ways(
            """what was hidden?|the object that disappeared behind or under another one|what
            was visible before something was put in its way?|what has something been put in
            front of or over?|the thing that was covered up|what did another object hide from
            view?""",
            """what is now concealed although nobody took it?|the one that got obscured|what
            would come to light if its cover were lifted off or pushed aside?""",
        ),
        'hider': ways(
            """what was put in front of or over another object?|the object that now hides
            another one|what blocks the view of something that was visible before?|what was
            used to hide something?|the thing that covers up another thing now""",
            """behind or under what has something vanished?|which item now conceals a
            neighbor?""",
        ),
        'taken_away': ways(
            """what was taken away?|what was removed from the table?|what was there at first and
            is gone now?|the object that left the scene|what is missing in the end?|the thing
            that somebody took off the table""",
            """what did a thief make off with?|which item has departed for good?|whose place on
            the table is vacant in the end?""",
        ),
        'arrived': ways(
            """what was not there at the beginning?|what joined the other things later?|the new
            object on the table|what was brought in from outside?|which object has only just
            appeared?|what was added to the scene?""",
            """the late arrival|which of these came to the table after all the rest?|what is
            the newcomer here?""",
        ),
        'stayed': ways(
            """what was never moved?|everything that stayed where it was|all objects that nobody
            has touched|which things did not move at all?|whatever has been in the same place
            all along|all that was left alone""",
            """which ones kept their spots throughout?|the bystanders of what happened|anything
            to which nothing was done""",
        ),
    }
)

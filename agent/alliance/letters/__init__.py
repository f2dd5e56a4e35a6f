"""What each letter has to say: one value per kind of letter, its fields the facts that its template may use.

The template of `PartDone` is `part_done`. `decide` chooses the letter and its facts; `compose` finds the template, adds
what every letter knows (`me`, `partner`, `names`, the footer) and the person's zone for dates. Facts are already what
this recipient may see (invariant 7); a template adds nothing.
"""

from agent.alliance.letters.agreement import *  # noqa: F403
from agent.alliance.letters.anytime import *  # noqa: F403
from agent.alliance.letters.asking import *  # noqa: F403
from agent.alliance.letters.bank import *  # noqa: F403
from agent.alliance.letters.checkins import *  # noqa: F403
from agent.alliance.letters.closing import *  # noqa: F403
from agent.alliance.letters.gathering import *  # noqa: F403
from agent.alliance.letters.kinds import *  # noqa: F403
from agent.alliance.letters.letter import *  # noqa: F403
from agent.alliance.letters.living import *  # noqa: F403
from agent.alliance.letters.renewing import *  # noqa: F403
from agent.alliance.letters.setting_up import *  # noqa: F403
from agent.alliance.letters.team import *  # noqa: F403
from agent.alliance.letters.trust import *  # noqa: F403

"""A team of fifty, over real SMTP and with a real database: most say yes, few answer, and the page stands all the same."""

from agent.alliance.model import Phase
from agent.rehearsal.play import play, rehearsing
from agent.rehearsal.script import read

SIZE, EAGER = 50, 4


def _script() -> str:
    """Fifty people, of whom few answer what is asked and the others let it go by."""
    keys = ["ana"] + [f"m{n}" for n in range(2, SIZE + 1)]
    lines = [f"@@ {k} is {k.title()} Lee <{k}@example.org> in Europe/Berlin" for k in keys]
    crew = ", ".join(f"{k.title()} Lee <{k}@example.org>" for k in keys[1:])
    lines += [
        '@@ ana writes "Our team"',
        f"I'd like a team alliance with {crew}.",
        '@@ ana replies to "one to one first": TEAM',
    ]
    lines += [
        '@@ ana replies to "one question first": We are many and rarely talk.',
        '@@ ana replies to "Ready to write": SEND',
    ]
    lines += [f'@@ {k} replies to "Ana invites you": YES' for k in keys[1:]]
    lines += [f'@@ {k} replies to "your team\'s rules": b b c b' for k in keys[:EAGER]]
    for n in (1, 2, 3):
        lines += [f'@@ until ana gets "{n} of 3"']
        lines += [f'@@ {k} replies to "{n} of 3": I write {k} on the board at {n}.' for k in keys[:EAGER]]
    lines += ['@@ until m50 gets "Team draft 1"', '@@ ana replies to "Team draft 1": OK', "@@ wait 8 days"]
    return "\n".join([*lines, '@@ expect m50 gets "Your agreement is in place"', "@@ end", ""])


async def test_a_team_of_fifty_comes_to_a_page_without_waiting_for_everybody(tmp_path):
    script = read(_script(), "fifty")
    async with rehearsing(script.people, tmp_path / "fifty.db", lambda _: None, script.start) as rehearsal:
        await play(script, rehearsal)
        (alliance,) = await rehearsal.alliances()
        letters = [m for m in rehearsal.mails if not m.mine]

    assert alliance.phase == Phase.AGREED
    assert len(alliance.present) == SIZE
    assert [c.participant for c in alliance.confirmations] == [1]
    assert len(alliance.in_force.lines) < 4 * EAGER
    assert len({m.person for m in letters if m.subject.startswith("Part 1")}) == SIZE
    assert len(letters) < SIZE * 20

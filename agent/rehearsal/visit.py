"""One visit to the rehearsal's page: what is shown of the running rehearsal, and what the visitor does with it.

One thing happens at a time. After each, what the service holds is read once, and the page is made of it anew; whoever
looks on is woken then.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from agent import templates
from agent.alliance.flow import FlowError
from agent.alliance.model import Phase
from agent.files import read_flow
from agent.rehearsal import keep, mailbox, record, shown, watch
from agent.rehearsal.cues import Cues, plain
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.personas import PERSONAS
from agent.rehearsal.play import JUMPS, rehearsing
from agent.rehearsal.script import Gets, Person, Replies, Scene, Script, Waits, Writes
from agent.rehearsal.shown import Run
from agent.settings import shipped
from agent.web.views import Page, Paper

PACES = {"calm": 2.8, "brisk": 0.8, "at once": 0.0}  # seconds between two mails while it plays
TWICE = 2  # how often one question is answered with the same words, before somebody has to think of others
YEAR = timedelta(days=365)


class Visit:
    """The rehearsal as a page shows it. `scripts` and `flows` are what a visitor may choose from, by name."""

    def __init__(
        self,
        folder: Path,
        scripts: Mapping[str, Script],
        flows: Mapping[str, Path],
        letters: Path,
        *,
        script: str,
        flow: str,
    ) -> None:
        """Nothing runs yet: `anew` begins."""
        self.folder, self.scripts, self.flows, self.letters_folder = folder, scripts, flows, letters
        self.script_name, self.flow_name = script, flow
        self.pace = "calm"
        self.faults: tuple[str, ...] = ()
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._version = 0
        self._over = False
        self._news = asyncio.Condition()
        self._playing: asyncio.Task[None] | None = None
        self._edited = 0.0
        self.page: Page
        self.run: Run

    # -- life

    async def anew(self, script: str, flow: str) -> None:
        """Begin from the start, with an empty database. Raises ValueError when the flow cannot be used."""
        try:
            read_flow(self.flows[flow].parent, self.flows[flow].stem)
            templates.load(shipped("templates"), self.letters_folder, sure=shipped("templates"))
        except FlowError as error:
            raise ValueError("; ".join(error.complaints)) from None
        except templates.TemplatesError as error:
            raise ValueError("; ".join(error.faults)) from None
        await self._stack.aclose()
        self.faults = ()
        self.script_name, self.flow_name = script, flow
        chosen = self.scripts[script]
        keep.cleared(self.folder, but="alliance.log")
        rehearsal = await self._stack.enter_async_context(
            rehearsing(
                chosen.people,
                self.folder / "alliance.db",
                lambda _: None,
                chosen.start,
                flow=self.flows[flow],
                templates=self.letters_folder,
            )
        )
        self._edited = newest(self.letters_folder)
        begun = tuple((p, rehearsal.personas[p.key]) for p in chosen.people)
        self.run = Run(rehearsal, chosen, Cues(chosen), rehearsal.clock.at, begun)
        await self._look([])
        await self._show()

    async def close(self) -> None:
        """Stop, and leave the folder as any rehearsal does."""
        await self._pause()
        try:
            keep.mails(self.folder, self.run.mails)
            keep.papers(self.folder, self.run.mails, self.run.held)
        finally:
            await self._stack.aclose()

    # -- what the page asks for

    def view(self) -> Page:
        """What is shown now."""
        return self.page

    async def changed(self, seen: int) -> int:
        """Wait until there is something newer than this; its number, or 0 when the visit is over."""
        async with self._news:
            await self._news.wait_for(lambda: self._over or self._version > seen)
            return 0 if self._over else self._version

    async def end(self) -> None:
        """Let go of whoever looks on."""
        self._over = True
        await self._tell()

    async def act(self, name: str, form: Mapping[str, str]) -> None:
        """Do what the visitor wants; raises ValueError for what cannot be done."""
        if name == "play":
            await self._play()
            return
        if name in ("send", "step", "jump", "year", "anew"):
            await self._pause()
        async with self._lock:
            try:
                await self._do(name, form)
            finally:
                await self._show()

    async def paper(self, name: str) -> Paper | None:
        """Something to look at or to take away, by its path; None when there is no such thing."""
        r = self.run.rehearsal
        if name == "script.txt":
            newcomers = [(p, "plain") for p in r.people if p not in self.run.script.people]
            people = [*self.run.begun, *newcomers]
            content = record.script(people, self.run.start, self.run.acts, self._own())
            return Paper("rehearsal.txt", "text/plain; charset=utf-8", content.encode())
        if name in ("agreement.pdf", "alliance.ics"):
            return shown.newest_paper(r.mails, name)
        return shown.paper(r.mails, name)

    def _own(self) -> str:
        """The options with which a run with a flow or letters of one's own plays again."""
        flow, letters = self.flows[self.flow_name], self.letters_folder
        own = "" if flow.parent == shipped("flows") else f" --flow {flow}"
        return own if letters == shipped("templates") else f"{own} --templates {letters}"

    # -- acts

    async def _do(self, name: str, form: Mapping[str, str]) -> None:
        match name:
            case "send":
                person = self._person(form)
                await self._send(person, self._mail(form.get("to", "0"), person), form)
            case "fill":
                person = self._person(form)
                count, _ = self.run.filled.get(person.key, (0, ""))
                text = self._cue(person, self._mail(form.get("to", "0"), person))
                self.run.filled[person.key] = (count + 1, text)
            case "open":
                person = self._person(form)
                number = self._mail(form.get("number", ""), person)
                if number is None:
                    raise ValueError("There is no such mail.")
                self._open(person, number.number)
            case "new":
                self.run.opened[self._person(form).key] = shown.WRITING
            case "step":
                await self._step()
            case "jump":
                await self._jump()
            case "year":
                await self._pass(YEAR)
            case "persona":
                await self._wear(self._person(form), form.get("persona", ""))
            case "pace" if form.get("pace") in PACES:
                self.pace = form["pace"]
            case "anew" if form.get("script") in self.scripts and form.get("flow") in self.flows:
                await self.anew(form["script"], form["flow"])
            case _:
                raise ValueError("That cannot be done here.")

    def _person(self, form: Mapping[str, str]) -> Person:
        return self._named(form.get("person", ""))

    def _mail(self, number: str, person: Person) -> Mail | None:
        at = int(number) if number.isdecimal() else 0
        mails = self.run.rehearsal.mails
        return mails[at - 1] if 0 < at <= len(mails) and mails[at - 1].person.key == person.key else None

    def _open(self, person: Person, number: int) -> None:
        self.run.opened[person.key] = number
        self.run.seen.add(number)

    async def _send(self, person: Person, to: Mail | None, form: Mapping[str, str]) -> None:
        text = "\n".join(line.rstrip() for line in form.get("text", "").splitlines()).strip()
        subject = " ".join(form.get("subject", "").split())
        if not text:
            raise ValueError("Write something first, or let “Reply for me” do it.")
        if '"' in subject or "@@" in subject:
            raise ValueError('A subject here has no " and no @@, so that the run can be taken away as a script.')
        if form.get("sent", str(shown.sent(self.run, person))) != str(shown.sent(self.run, person)):
            raise ValueError(f"{person.name} has written meanwhile. Look again before you send this.")
        if to is not None and to.mine:
            raise ValueError("This mail is your own; open one that came to you.")
        if to is None or text != self.run.cues.reply(to).strip():
            self.run.strayed = True
        while to is not None and self.run.strayed and self.run.cues.reply(to):
            self.run.cues.spend(to, person)  # all that the script would say to it: the visitor has said it
        await self._write(person, to, subject or "Hello", text)

    async def _write(self, person: Person, to: Mail | None, subject: str, text: str) -> None:
        """Send a mail, and look at what came of it."""
        self._reload()
        r, before = self.run.rehearsal, len(self.run.rehearsal.mails)
        await self._type(person, to, text)
        self.run.cues.spend(to, person)
        act = record.replied(to, text, r.mails) if to else record.wrote(person, subject, text)
        self.run.filled.pop(person.key, None)
        await (r.reply(to, text) if to else r.write(person, subject, text))
        self._remember(act, before)
        await self._look(r.mails[before:])

    async def _type(self, person: Person, to: Mail | None, text: str) -> None:
        """While it plays, let a visitor see who writes what before it is sent."""
        if self._playing is None or not PACES[self.pace]:
            return
        self.run.turn = person.key
        self.run.opened[person.key] = to.number if to else shown.WRITING
        self.run.filled[person.key] = (self.run.filled.get(person.key, (0, ""))[0] + 1, text)
        await self._show()
        await asyncio.sleep(PACES[self.pace] / 2)

    def _remember(self, act: record.Act, before: int) -> None:
        self.run.acts.append(replace(act, came=tuple(self.run.rehearsal.mails[before:])))

    async def _jump(self) -> bool:
        """Go on until something comes that can be seen; False when nothing did."""
        self._reload()
        r, before, began = self.run.rehearsal, len(self.run.rehearsal.mails), self.run.rehearsal.clock.at
        for _ in range(watch.FAR):
            if not await r.jump() or len(r.mails) > before:
                break
        return await self._passed(before, began)

    async def _pass(self, time: timedelta) -> bool:
        self._reload()
        r, before, began = self.run.rehearsal, len(self.run.rehearsal.mails), self.run.rehearsal.clock.at
        await r.wait(time)
        return await self._passed(before, began)

    async def _passed(self, before: int, began: datetime) -> bool:
        r = self.run.rehearsal
        if r.clock.at > began:
            self._remember(record.waited(r.clock.at - began), before)
        await self._look(r.mails[before:])
        self.run.said = f"{shown.span(r.clock.at - began)} went by. {self.run.said}"
        return len(r.mails) > before

    async def _wear(self, person: Person, persona: str) -> None:
        if persona not in PERSONAS:
            raise ValueError("There is no such mail program here.")
        self.run.rehearsal.personas[person.key] = persona
        self.run.acts.append(record.Act(f"{person.key} uses {PERSONAS[persona].key}"))

    # -- playing by itself

    async def _play(self) -> None:
        if self._playing is None or self._playing.done():
            self._playing = asyncio.create_task(self._run())
        else:
            await self._pause()
        await self._show()

    async def _pause(self) -> None:
        """Let the mail that is on its way arrive, and stop then."""
        running, self._playing = self._playing, None
        if running is not None and running is not asyncio.current_task():
            async with self._lock:
                running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _run(self) -> None:
        going = True
        try:
            while going:
                async with self._lock:
                    going = await self._step()
                    await self._show()
                await asyncio.sleep(PACES[self.pace] / 2)
        except Exception as error:  # noqa: BLE001 - what breaks us is told on the page, and the visit goes on
            self.faults = (f"This should not happen: {type(error).__name__}: {error}",)
        finally:
            self.run.turn = ""
            if self._playing is asyncio.current_task():
                self._playing = None
                await self._show()

    async def _step(self) -> bool:
        """The next thing that the script has, or where the visitor has left it, what fits; False at the end."""
        cues, r = self.run.cues, self.run.rehearsal
        if self.run.strayed and await self._improvise():
            return True
        while cues.left:
            cues.at, step = cues.left[0]
            match step:
                case Scene():
                    self.run.scene = step.title
                case Waits() if not self.run.strayed:
                    cues.at += 1
                    await self._pass(step.time)
                    return True
                case Gets(until=True) if not self._has(step):
                    cues.at += 1
                    for _ in range(JUMPS):
                        if not await self._jump() or self._has(step):
                            break
                    return True
                case Writes():
                    person = self._named(step.who)
                    await self._write(person, None, step.subject, step.text)
                    return True
                case Replies():
                    person = self._named(step.who)
                    letter = mailbox.newest(r.mails, person, step.subject)
                    if letter is not None and not self.run.strayed:
                        await self._write(person, letter, "", step.text)
                        return True
                    if await self._improvise() or (not self._is_settled() and await self._jump()):
                        return True
                case _:
                    pass
            cues.at += 1
        return await self._improvise()

    def _is_settled(self) -> bool:
        """Nothing that the script might still wait for is on its way: the visitor has left it."""
        held = self.run.held
        return bool(held) and held[-1].phase in (Phase.AGREED, Phase.ENDED)

    def _has(self, step: Gets) -> bool:
        r = self.run.rehearsal
        return mailbox.newest(r.mails, self._named(step.who), step.subject, since=r.acted) is not None

    async def _improvise(self) -> bool:
        """Answer a letter for which the script's place is not come or has gone by; False when nobody is asked anything."""
        for person in self.run.rehearsal.people:
            letter = self.run.wanted(person)
            if letter is None:
                continue
            known = self.run.letters[letter.number]
            asked = (known.participant, known.about)
            if self.run.improvised[asked] < TWICE and (text := self._cue(person, letter)):
                self.run.improvised[asked] += 1
                await self._write(person, letter, "", text)
                return True
        return False

    def _named(self, key: str) -> Person:
        found = next((p for p in self.run.rehearsal.people if p.key == key), None)
        if found is None:
            raise ValueError("Nobody here has that name.")
        return found

    def _cue(self, person: Person, letter: Mail | None) -> str:
        """What the person could say now."""
        if letter is None:
            first = self.run.cues.first(person)
            return first.text if first else ""
        said = self.run.cues.reply(letter)
        known = self.run.letters.get(letter.number)
        flow = self.run.flow_of(known) if known else None
        if said or known is None or flow is None:
            return said
        others = tuple(p for p in self.run.rehearsal.people if p != person)
        return plain(known.about, letter, flow, others)

    async def _look(self, came: Sequence[Mail]) -> None:
        await watch.look(self.run, came)
        for mail in came:
            if not mail.mine:
                self._open(mail.person, mail.number)

    # -- the operator's own letters

    def _reload(self) -> None:
        """Take the operator's templates as they are now, if they were edited; what is wrong with them is shown."""
        edited = newest(self.letters_folder)
        if edited == self._edited:
            return
        self._edited = edited
        advance = self.run.rehearsal.service.intake.advance
        try:
            advance.post = replace(
                advance.post,
                render=templates.load(shipped("templates"), self.letters_folder, sure=shipped("templates")).render,
            )
            self.faults = ()
        except templates.TemplatesError as error:
            self.faults = error.faults

    # -- telling

    async def _show(self) -> None:
        """Draw the page anew, and wake whoever looks on."""
        self._draw()
        await self._tell()

    def _draw(self) -> None:
        run = self.run
        people = run.rehearsal.people
        cued = {p.key: bool(self._cue(p, run.answering(p))) for p in people}
        self.page = Page(
            scene=run.scene,
            at=shown.day(run.rehearsal.clock.at.astimezone(people[0].zone)),
            playing=self._playing is not None,
            pace=self.pace,
            ahead=run.ahead,
            goal=shown.goal(run, playing=self._playing is not None),
            said=run.said,
            turn=run.turn,
            mailboxes=tuple(shown.mailbox(run, p, cued=cued[p.key]) for p in people),
            latest=shown.latest(run),
            standing=shown.standing(run),
            personas=tuple((x.key, x.name) for x in PERSONAS.values()),
            scripts=tuple(self.scripts),
            script=self.script_name,
            flows=tuple(self.flows),
            flow=self.flow_name,
            papers=shown.papers(run),
            faults=self.faults,
        )

    async def _tell(self) -> None:
        async with self._news:
            self._version += 1
            self._news.notify_all()


def newest(folder: Path) -> float:
    """When the newest file in it was edited, in seconds since the epoch; 0 when there is none."""
    return max((p.stat().st_mtime for p in folder.rglob("*") if p.is_file()), default=0.0)

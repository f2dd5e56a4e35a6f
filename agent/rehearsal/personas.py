from dataclasses import dataclass


@dataclass
class Persona:
    key: str
    name: str
    about: str


PERSONAS = {"plain": Persona("plain", "Plain text", "Text alone."), "gmail": Persona("gmail", "Gmail", "HTML.")}

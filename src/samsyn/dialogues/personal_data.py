"""How people were heard is told in numbers and summaries, never by whom."""

from samsyn.core.personal_data import without_persons

without_persons(
    "dialogues.dialogue",
    "dialogues.dialoguemethod",
    "dialogues.priority",
    "dialogues.finding",
    "dialogues.sourceclaim",
    because="methods, shares and summaries from public documents",
)

"""Fields by a vision-language model: the schema with room for quotes, and every value held against the page's words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import JsonValue

from docai import prompts
from docai.domain.answers import ModelUse
from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.extractions import FieldValue
from docai.domain.generations import Decoding, GenerationRequest
from docai.domain.ids import TenantId
from docai.errors import EngineError, ReplyUnreadable
from docai.protocols import Cancellation
from docai.query.extraction.schema import ArrayNode, Leaf, Node, ObjectNode, Wanted, escaped
from docai.query.extraction.values import Habits, read_value
from docai.query.model_json import Reply, ask, fill
from docai.query.quotes import Located, locate
from docai.query.shown_pages import Camera, Shown, show

MAX_ITEMS = 1000
"""Most items of one array that are taken from a reply."""


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """What a model says of a schema's fields; `data` is None where it could not be used, and `use` says why."""

    data: Any
    fields: tuple[FieldValue, ...]
    use: ModelUse


class ModelExtractor:
    """Asks one model. Thread-safe."""

    def __init__(self, camera: Camera) -> None:
        """Ask the camera's model."""
        self._camera = camera

    def extract(
        self,
        tenant_id: TenantId,
        wanted: Wanted,
        pages: Sequence[tuple[str, Page]],
        instructions: str | None,
        at_most: int,
        cancel: Cancellation | None = None,
    ) -> ModelSaid:
        """The fields of a schema, each grounded in the words of the page that the model names.

        Args:
            tenant_id: on whose behalf.
            wanted: the schema's tree.
            pages: the names of their documents with them.
            instructions: what whoever asks wants besides.
            at_most: most pages to show.
            cancel: whether the caller still wants it.
        """
        prompt = prompts.load("extract")
        asked = f"\nFurther instructions: {instructions}\n" if instructions else ""
        schema = json.dumps(wanted.schema, ensure_ascii=False)
        text = fill(prompt.text, {"instructions": asked, "schema": schema})
        shown = show(self._camera, pages, text=text, at_most=at_most)
        model = self._camera.model
        use = ModelUse(model=model.name, prompt=prompt.ref, shown=shown.facts, left_out=shown.left_out)
        if not shown.images:
            reasons = "; ".join(dict.fromkeys(page.reason for page in shown.left_out))
            return ModelSaid(None, (), use.model_copy(update={"problem": f"No page could be shown: {reasons}"}))
        request = GenerationRequest(
            images=shown.images,
            prompt=text,
            decoding=Decoding(max_tokens=self._camera.output_tokens, wants_logprobs=True),
            schema=reply_schema(wanted.root),
            tenant=str(tenant_id),
        )
        judge = _Judge(wanted, shown, model.name)
        try:
            *_, reply = ask(model, request, judge.read, cancel=cancel)
        except EngineError as error:
            return ModelSaid(None, (), use.model_copy(update={"problem": error.message}))
        assert isinstance(reply, Reply)
        best = reply.content or judge.best
        if best is None:
            problem = reply.problem or "It said nothing."
            return ModelSaid(None, (), use.model_copy(update={"usage": reply.usage, "problem": problem}))
        return ModelSaid(best.data, best.sure(reply.probability), use.model_copy(update={"usage": reply.usage}))


def reply_schema(node: Node) -> dict[str, Any]:
    """The JSON Schema of a reply: that of the data, with a quote and an image beside each value, and no recursion.

    What bounds strings is left out: grammars of constrained decoding cannot write JSON's escapes beside it.
    """
    if isinstance(node, ObjectNode):
        inner = {key: reply_schema(value) for key, value in node.properties.items()}
        return {"type": "object", "additionalProperties": False, "properties": inner, "required": list(inner)}
    if isinstance(node, ArrayNode):
        return {"type": "array", "items": reply_schema(node.items)}
    value: dict[str, Any] = (
        {"enum": [*node.choices, None]}
        if node.choices
        else {"type": [*sorted(node.types or {"boolean", "number", "string"}), "null"]}
    )
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"value": value, "quote": {"type": ["string", "null"]}, "image": {"type": ["integer", "null"]}},
        "required": ["value", "quote", "image"],
    }


@dataclass(frozen=True, slots=True)
class _Grounded:
    """A reply's data with its fields."""

    data: Any
    fields: tuple[FieldValue, ...]
    n_problems: int

    def sure(self, probability: float | None) -> tuple[FieldValue, ...]:
        """The fields, less sure by how sure the model was of its text."""
        if probability is None:
            return self.fields
        return tuple(f.model_copy(update={"confidence": f.confidence * probability}) for f in self.fields)


@dataclass
class _Judge:
    """Takes replies apart, and remembers the best of those that do not satisfy the schema."""

    wanted: Wanted
    shown: Shown
    reader: str
    best: _Grounded | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        texts = [word.text for page in self.shown.pages if page.words for word in page.words.words]
        self._habits = Habits.of(texts)

    def read(self, reply: object) -> _Grounded:
        """A reply's data and fields.

        Raises:
            ReplyUnreadable: it is not in the schema's shape.
        """
        fields: list[FieldValue] = []
        data = self._taken(self.wanted.root, reply, "", fields)
        if not any(f.value is not None for f in fields) and not isinstance(reply, Mapping):
            raise ReplyUnreadable("The reply is no object.")
        problems = self.wanted.problems(cast("JsonValue", data))
        found = _Grounded(data, tuple(fields), len(problems))
        if self.best is None or found.n_problems < self.best.n_problems:
            self.best = found
        if problems:
            raise ReplyUnreadable("The values do not satisfy the schema: " + "; ".join(problems))
        return found

    def _taken(self, node: Node, said: object, path: str, fields: list[FieldValue]) -> object:
        if isinstance(node, ObjectNode):
            given = said if isinstance(said, Mapping) else {}
            data: dict[str, object] = {}
            for key, inner in node.properties.items():
                value = self._taken(inner, given.get(key), f"{path}/{escaped(key)}", fields)
                if value is not None or key in node.required or (isinstance(inner, Leaf) and inner.accepts_null):
                    data[key] = value
            return data
        if isinstance(node, ArrayNode):
            items = said[:MAX_ITEMS] if isinstance(said, list) else []
            return [self._taken(node.items, item, f"{path}/{n}", fields) for n, item in enumerate(items)]
        made = self._field(node, said, path)
        fields.append(made)
        return made.value

    def _field(self, leaf: Leaf, said: object, path: str) -> FieldValue:
        given = said if isinstance(said, Mapping) else {"value": said}
        value, quote, image = given.get("value"), given.get("quote"), given.get("image")
        if not isinstance(value, str | int | float | bool) or value == "":
            return FieldValue(path=path, value=None)
        found = self._located(quote if isinstance(quote, str) and quote.strip() else str(value), image)
        if found is None:
            page = self._page(image)
            evidence = Evidence(
                reader=self.reader,
                witness=None,
                verdict=Verdict.MODEL_ONLY,
                page_number=page.number if page else self.shown.pages[0].number,
                box=None,
                confidence=0.0,
            )
            document_id = page.document_id if page else None
            number = page.number if page else None
            return FieldValue(path=path, value=value, document_id=document_id, page_number=number, evidence=evidence)
        page, located = found
        evidence = located.evidence
        if not _says(leaf, value, located.text, self._habits):
            evidence = evidence.model_copy(update={"verdict": Verdict.PARTIAL, "witness_text": located.text})
        return FieldValue(
            path=path,
            value=value,
            text=located.text,
            document_id=page.document_id,
            page_number=page.number,
            box=evidence.box,
            confidence=evidence.confidence if evidence.verdict is not Verdict.PARTIAL else evidence.confidence / 2,
            evidence=evidence,
        )

    def _located(self, quote: str, image: object) -> tuple[Page, Located] | None:
        """The quote on the page named, else on another one that was shown."""
        first = self._page(image)
        pages = {id(page): page for page in (first, *self.shown.pages) if page is not None}
        for page in pages.values():
            located = locate(quote, page.words, page.number, reader=self.reader)
            if located is not None:
                return page, located
        return None

    def _page(self, image: object) -> Page | None:
        is_number = isinstance(image, int) and 1 <= image <= len(self.shown.pages)
        return self.shown.pages[int(str(image)) - 1] if is_number else None


def _says(leaf: Leaf, value: str | float | bool, text: str, habits: Habits) -> bool:
    """Whether print says a value: in the same words, or as the leaf's type is read."""
    if isinstance(value, bool) or leaf.choices:
        return True
    plain = "".join(c for c in str(value).casefold() if c.isalnum())
    if isinstance(value, str) and plain and plain in "".join(c for c in text.casefold() if c.isalnum()):
        return True
    read = read_value(leaf, text, habits, is_iso=True)
    return read is not None and read.value == value

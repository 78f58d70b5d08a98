"""Which vision-language model, if any, answers and extracts for a tenant."""

from __future__ import annotations

from dataclasses import dataclass, field

from docai.domain.documents import Page
from docai.domain.ids import TenantId
from docai.errors import PageNotFound
from docai.patches.fidelity import FidelityPolicy
from docai.protocols import BlobStore, PageCropper, Records, VisionLanguageModel
from docai.query.ask_model import ModelAsker
from docai.query.extraction.by_model import ModelExtractor
from docai.query.shown_pages import Camera

_ANSWER_TOKENS = 2048
"""Most tokens of a reply to a question: quotes, steps and a short answer."""
_OUTPUT_SHARE = 4
"""What a model writes takes a fourth of its context at most; the rest is for pages."""
_UNBOUNDED_TOKENS = 1 << 20


@dataclass(frozen=True, slots=True)
class AskingPolicy:
    """The settings that decide how a vision-language model is asked."""

    answers: bool = True
    """Whether it answers questions."""
    max_output_tokens: int = 8192
    fidelity: FidelityPolicy = field(default_factory=FidelityPolicy)


class Models:
    """Hands out the model to tenants whose pages it may see."""

    def __init__(
        self,
        model: VisionLanguageModel | None,
        records: Records,
        blobs: BlobStore,
        cropper: PageCropper,
        policy: AskingPolicy,
    ) -> None:
        """None: there is no model, and nobody is handed one."""
        self._model = model
        self._records = records
        self._blobs = blobs
        self._cropper = cropper
        self._policy = policy

    def asker(self, tenant_id: TenantId) -> ModelAsker | None:
        """What asks the model questions for a tenant."""
        camera = self._camera(tenant_id, _ANSWER_TOKENS) if self._policy.answers else None
        return None if camera is None else ModelAsker(camera)

    def extractor(self, tenant_id: TenantId) -> ModelExtractor | None:
        """What has the model extract for a tenant."""
        camera = self._camera(tenant_id, self._policy.max_output_tokens)
        return None if camera is None else ModelExtractor(camera)

    def _camera(self, tenant_id: TenantId, most_tokens: int) -> Camera | None:
        model = self._model
        if model is None or (model.is_cloud and not self._allows_cloud(tenant_id)):
            return None
        context = model.context_tokens or model.images.context_tokens or _UNBOUNDED_TOKENS
        return Camera(
            model=model,
            image_of=self._image_of,
            cropper=self._cropper,
            fidelity=self._policy.fidelity,
            output_tokens=min(most_tokens, self._policy.max_output_tokens, context // _OUTPUT_SHARE),
        )

    def _allows_cloud(self, tenant_id: TenantId) -> bool:
        tenant = self._records.tenant(tenant_id)
        return tenant is not None and tenant.allows_cloud

    def _image_of(self, page: Page) -> bytes:
        if page.image is None:
            raise PageNotFound(f"Page {page.number} was not drawn.", page=page.number, state=page.state.value)
        return self._blobs.get(page.image.sha256)

"""With what prompt, and in what windows, a checkpoint is trained further."""

from __future__ import annotations

from dataclasses import replace

from goldspan.domain.prompt import TEMPLATE_FILE, PromptTemplate, require_same_prompt
from goldspan.errors import UnusableModel
from goldspan.reader.generative_config import GenerativeReaderConfig, length_limit
from goldspan.reader.prompting import Prompter
from goldspan.training.generative_model import GenerativeStart
from goldspan.training.generative_settings import GenerativeSettings, GenerativeSFTSettings


def checkpoint_template(
    start: GenerativeStart, given: PromptTemplate | None, allow_other_prompt: bool
) -> PromptTemplate:
    """Return the template to train with: the model's own, or the one given where that may be.

    Raises:
        UnusableModel: if there is neither.
        TemplateMismatch: if the one given makes other prompts and ``allow_other_prompt`` is off.
    """
    if start.template is None:
        if given is None:
            raise UnusableModel(
                f"{start.parent!r} has no {TEMPLATE_FILE}, so that nobody knows with what prompt "
                "it was trained. Train it with Goldspan first, or pass template=PromptTemplate(…)",
                model=start.parent,
            )
        return given
    if given is None:
        return start.template
    if not allow_other_prompt:
        require_same_prompt(start.template, given, f"training {start.parent!r} further")
    return replace(start.template, prompt=given.prompt)


def reading_config(settings: GenerativeSettings, start: GenerativeStart) -> GenerativeReaderConfig:
    """Return the lengths to train with: those of SFT's settings, else the checkpoint's own."""
    if isinstance(settings, GenerativeSFTSettings):
        config = GenerativeReaderConfig(
            max_length=settings.max_length,
            max_question_length=settings.max_question_length,
            doc_stride=settings.doc_stride,
            max_new_tokens=settings.max_new_tokens,
        )
    else:
        config = start.config or GenerativeReaderConfig()
    return config.limited_to(length_limit(start.model, start.tokenizer))


def prompter_of(
    settings: GenerativeSettings, start: GenerativeStart, template: PromptTemplate
) -> Prompter:
    """Return what makes prompts in the windows that ``reading_config`` allows."""
    return Prompter(start.tokenizer, template, reading_config(settings, start))

"""Reads PDFs: what stands on their pages."""

import io
import re

from pypdf import PdfReader


def read(document: bytes) -> PdfReader:
    """The document, to be asked for its pages and what it says of itself."""
    return PdfReader(io.BytesIO(document))


def text_of(document: bytes) -> str:
    """What somebody reads in it, page after page."""
    return "\n".join(page.extract_text() for page in read(document).pages)


def squeezed(text: str) -> str:
    """Without white space: lines break elsewhere on paper."""
    return re.sub(r"\s+", "", text)

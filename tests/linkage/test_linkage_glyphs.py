"""The frozen stacks of character readings are what the character tables say today."""

from dataclasses import fields

import numpy as np
import pytest

from tongcha.linkage.encoding.glyph_stacks import stack_glyphs
from tongcha.linkage.encoding.glyphs import Glyphs, load_glyphs


@pytest.mark.parametrize("name", [field.name for field in fields(Glyphs)])
def test_what_is_loaded_is_what_the_character_tables_make(name):
    loaded, made = getattr(load_glyphs(), name), getattr(stack_glyphs(), name)
    assert loaded.dtype == made.dtype
    assert np.array_equal(loaded, made)

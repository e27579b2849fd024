"""Tests; a package, so that files in two folders may have the same name."""

"""The archive of every kept event, timelines, and proof."""

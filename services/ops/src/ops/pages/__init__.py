"""The HTML door of ops: board, timelines, parked messages, proof."""

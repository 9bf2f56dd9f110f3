package dev.switchback.transforms.change;

/** What a change topic's partition holds, in order: changes, and the watermarks between them. */
public sealed interface Event permits Change, Watermark {}

// A comment of two strokes is none of ours.
struct Bare {};

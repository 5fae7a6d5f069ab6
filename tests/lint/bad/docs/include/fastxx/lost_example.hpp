/// Has a sentence, and an example that is nowhere.
///
/// Example: examples/doc/nowhere.cpp
struct LostExample {};

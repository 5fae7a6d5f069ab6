namespace detail {
struct Private {};
}  // namespace detail
/// Has a sentence.
struct Good {};

namespace detail {
struct Private {};
}  // namespace detail
template <class T>
struct BareTemplate {};

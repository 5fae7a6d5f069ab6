// expect-only-error: the int is not empty
static_assert(sizeof(int) == 0, "the int is not empty");
static_assert(sizeof(long) == 0, "and the long is not");

// expect-error: fastxx says something else
static_assert(sizeof(int) == 0, "the int is not empty");

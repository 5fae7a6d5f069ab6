// expect-error: never printed
int main() {}

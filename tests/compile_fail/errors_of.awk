# awk -v source=FILE -f errors_of.awk: of what g++ says of many test files that are compiled together, what belongs to FILE.
# An error with all around it belongs to the file that it stands in, or else to the last one named before it, on the way
# there ("required from here"). g++ does not repeat a way that it has just told.
function finish() {
  if (owner == source) printf "%s", text
  text = ""
  has_error = 0
}
function name_owner() {
  if (match($0, /^[^ :]*\/compile_fail\/[^:]*\.cpp:/)) owner = substr($0, 1, RLENGTH - 1)
}
/^In file included from |^ +from |: (In|At) |:   (required|recursively) |:   \[ skipping / {
  if (has_error) finish()
  name_owner()
}
/ error: / {
  if (has_error) finish()
  has_error = 1
  name_owner()
}
{ text = text $0 "\n" }
END { finish() }

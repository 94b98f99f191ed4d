// A static program has no loader. SQLite and OpenSSL, which could load extensions, find this in place
// of the C library's dlopen() (`--wrap`): nothing is ever loaded, and the linker has no reason to warn
// of what that would need.
extern "C" void* __wrap_dlopen(const char* /*file*/, int /*mode*/) noexcept {  // NOLINT: ld's name
  return nullptr;
}

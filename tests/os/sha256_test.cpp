#include "os/sha256.hpp"

#include <string>

#include "support/catch.hpp"

namespace baseline::sha256_test {
namespace {

TEST_CASE("SHA-256 gives the digests of the standard", "[sha256]") {
  // FIPS 180-4, examples: nothing, "abc", a million times "a".
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 sha;
  for (int i = 0; i < 1000; ++i) sha.update(std::string(1000, 'a'));
  CHECK(sha.hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 in base64 is what a Content-Security-Policy names", "[sha256]") {
  // The same examples through `openssl dgst -binary | base64`: with '+', '/' and '=' in them.
  CHECK(sha256_base64("") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  CHECK(sha256_base64("abc") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

}  // namespace
}  // namespace baseline::sha256_test

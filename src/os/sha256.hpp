#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace baseline {

/// SHA-256 of bytes that arrive piece by piece (FIPS 180-4, by OpenSSL).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);

  /// The digest of all bytes so far, 64 lower-case hex digits. Nothing may be added afterwards.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// SHA-256 of one text, in hex.
std::string sha256_hex(std::string_view bytes);

/// Whether a text has the form of such a digest.
bool is_sha256(std::string_view text);
/// Whether it has, or is empty.
bool is_sha256_or_none(std::string_view text);

/// The same in base64 (RFC 4648), as a Content-Security-Policy names it.
std::string sha256_base64(std::string_view bytes);

}  // namespace baseline

// The functions of OpenSSL's low level do the same work as its EVP, by the same processor
// instructions, but EVP loads its providers and reads openssl.cnf first, in each process: that is
// longer than all that most commands of ours do, and 4 MiB of the program. SHA256() and
// EVP_EncodeBlock() would bring all of that in, too.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "os/sha256.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace baseline {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest finished(SHA256_CTX& sha) {
  Digest digest{};
  SHA256_Final(digest.data(), &sha);
  return digest;
}

}  // namespace

struct Sha256::Context {
  SHA256_CTX sha;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { SHA256_Init(&context_->sha); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  SHA256_Update(&context_->sha, bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  std::string out;
  for (const unsigned char byte : finished(context_->sha)) out += fmt::format("{:02x}", byte);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.hex();
}

std::string sha256_base64(std::string_view bytes) {
  SHA256_CTX sha;
  SHA256_Init(&sha);
  SHA256_Update(&sha, bytes.data(), bytes.size());
  const Digest digest = finished(sha);

  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kGroup = 3;  // bytes, which make four digits of six bits
  std::string out;
  for (std::size_t i = 0; i < digest.size(); i += kGroup) {
    const std::size_t have = std::min(kGroup, digest.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < kGroup; ++k) bits = bits << 8 | (k < have ? digest.at(i + k) : 0U);
    for (std::size_t k = 0; k <= kGroup; ++k) {
      out += k <= have ? kDigits[bits >> (18 - 6 * k) & 0x3F] : '=';
    }
  }
  return out;
}

bool is_sha256(std::string_view text) {
  constexpr std::size_t kLength = 64;
  return text.size() == kLength &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_sha256_or_none(std::string_view text) { return text.empty() || is_sha256(text); }

}  // namespace baseline

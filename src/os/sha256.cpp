// The functions of OpenSSL's low level do the same work as its EVP, by the same processor
// instructions, but EVP loads its providers and reads openssl.cnf first, in each process: that is
// longer than all that most commands of ours do, and 4 MiB of the program.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "os/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace baseline {

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
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Final(digest.data(), &context_->sha);
  std::string out;
  for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.hex();
}

std::string sha256_base64(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  constexpr std::size_t kLength = (SHA256_DIGEST_LENGTH + 2) / 3 * 4;
  std::array<unsigned char, kLength + 1> out{};
  EVP_EncodeBlock(out.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return {out.begin(), out.begin() + kLength};
}

}  // namespace baseline

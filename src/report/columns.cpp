#include "report/columns.hpp"

#include <clocale>
#include <cwchar>

#include "base/text.hpp"

namespace baseline {
namespace {

// The tables of the C library know the width of characters only while the thread has a locale that
// is UTF-8, whatever the user's own is. From the first character that needs them, for the life of
// this object, it has: most texts need none, and to load them takes longer than to print all.
class Utf8Tables {
 public:
  Utf8Tables() = default;
  ~Utf8Tables() {
    if (before_ != nullptr) ::uselocale(before_);
  }
  Utf8Tables(const Utf8Tables&) = delete;
  Utf8Tables& operator=(const Utf8Tables&) = delete;

  // Columns of the character at the start of the text, and how many bytes it has.
  std::size_t next(std::string_view text, std::size_t& length) {
    length = 1;
    if (static_cast<unsigned char>(text.front()) < 0x80) return 1;
    while (length < text.size() && continues(text[length])) ++length;
    if (before_ == nullptr && tables() != nullptr) before_ = ::uselocale(tables());
    if (before_ == nullptr) return 1;  // a system without C.UTF-8: the best guess
    wchar_t character = 0;
    std::mbstate_t state{};
    if (std::mbrtowc(&character, text.data(), length, &state) != length) return 1;
    const int columns = ::wcwidth(character);
    return columns < 0 ? 1 : static_cast<std::size_t>(columns);
  }

 private:
  static locale_t tables() {
    static const locale_t loaded = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return loaded;
  }
  static bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

  locale_t before_ = nullptr;
};

}  // namespace

std::size_t columns_of(std::string_view text) {
  Utf8Tables tables;
  std::size_t columns = 0;
  while (!text.empty()) {
    std::size_t length = 0;
    columns += tables.next(text, length);
    text.remove_prefix(length);
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  Utf8Tables tables;
  std::size_t bytes = 0;
  std::size_t taken = 0;
  while (bytes < text.size()) {
    std::size_t length = 0;
    taken += tables.next(text.substr(bytes), length);
    if (taken > columns - 1) break;
    bytes += length;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t taken = columns_of(text);
  return std::string(text) + std::string(taken < columns ? columns - taken : 0, ' ');
}

}  // namespace baseline

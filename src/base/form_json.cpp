#include "base/form_json.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>

namespace baseline {
namespace {

struct Formless : nlohmann::json::exception {
  // The number only tells it from those of the library.
  explicit Formless(const std::string& what) : exception(900, what.c_str()) {}
};

}  // namespace

std::string_view shallow_json(std::string_view text) {
  constexpr std::size_t kDeepest = 32;
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_text = !in_text;
    } else if (in_text) {
      continue;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) throw_formless("nested too deep");
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return text;
}

std::string text_from_json(const nlohmann::json& json, bool (*has_form)(std::string_view),
                           const char* what) {
  auto text = json.get<std::string>();
  if (!has_form(text)) throw_formless(std::string("it has no ") + what + " where it should");
  return text;
}

void throw_formless(const std::string& what) { throw Formless(what); }

}  // namespace baseline

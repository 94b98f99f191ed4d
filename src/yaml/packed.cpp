#include "yaml/packed.hpp"

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <variant>

namespace baseline::yaml {
namespace {

constexpr unsigned kBits = 7;  // of a number in each byte; the eighth says that another one follows
constexpr unsigned kMore = 1U << kBits;

class Packer {
 public:
  void add(const Node& node) {
    number(static_cast<std::uint64_t>(node.kind));
    place(node.place);
    if (node.is_scalar()) add_scalar(node);
    number(node.items.size());
    for (const Node& item : node.items) add(item);
    number(node.entries.size());
    for (const Entry& entry : node.entries) {
      add(entry.key);
      add(entry.value);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void add_scalar(const Node& node) {
    text(node.text);
    number(node.empty ? 1 : 0);
    place(node.text_start);
    number(static_cast<std::uint64_t>(node.lines));
    number(node.exact ? 1 : 0);
    number(node.scalar.index());
    if (const auto* value = std::get_if<bool>(&node.scalar)) number(*value ? 1 : 0);
    if (const auto* value = std::get_if<std::int64_t>(&node.scalar)) {
      number(std::bit_cast<std::uint64_t>(*value));
    }
    if (const auto* value = std::get_if<double>(&node.scalar)) {
      number(std::bit_cast<std::uint64_t>(*value));
    }
  }

  void number(std::uint64_t value) {
    for (; value >= kMore; value >>= kBits) out_ += static_cast<char>(value % kMore + kMore);
    out_ += static_cast<char>(value);
  }
  void place(Place place) {
    number(static_cast<std::uint64_t>(place.line));
    number(static_cast<std::uint64_t>(place.column));
  }
  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }

  std::string out_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  Node node() {
    Node out;
    const std::uint64_t kind = number();
    demand(kind <= static_cast<std::uint64_t>(Node::Kind::map));
    out.kind = static_cast<Node::Kind>(kind);
    out.place = place();
    if (out.is_scalar()) read_scalar(out);
    const std::size_t items = count();
    out.items.reserve(items);
    for (std::size_t i = 0; i < items; ++i) out.items.push_back(node());
    const std::size_t entries = count();
    out.entries.reserve(entries);
    for (std::size_t i = 0; i < entries; ++i) {
      Node key = node();
      out.entries.push_back({std::move(key), node()});
    }
    return out;
  }

  void demand_end() const { demand(rest_.empty()); }

 private:
  void read_scalar(Node& out) {
    out.text = text();
    out.empty = number() != 0;
    out.text_start = place();
    out.lines = static_cast<int>(number());
    out.exact = number() != 0;
    out.scalar = scalar();
  }

  Scalar scalar() {
    switch (number()) {
      case 0:
        return std::monostate();
      case 1:
        return number() != 0;
      case 2:
        return std::bit_cast<std::int64_t>(number());
      case 3:
        return std::bit_cast<double>(number());
      case 4:
        return IsText();
      default:
        demand(false);
        return {};
    }
  }

  static void demand(bool holds) {
    if (!holds) throw std::invalid_argument("no packed document");
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += kBits) {
      constexpr unsigned kWidth = 64;
      demand(!rest_.empty() && shift < kWidth);
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte % kMore} << shift;
      if (byte < kMore) return value;
    }
  }
  // Of things that have at least one byte each.
  std::size_t count() {
    const std::uint64_t value = number();
    demand(value <= rest_.size());
    return value;
  }
  Place place() {
    const auto line = static_cast<int>(number());
    return {line, static_cast<int>(number())};
  }
  std::string text() {
    const std::size_t size = count();
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }

  std::string_view rest_;
};

}  // namespace

std::string packed(const Node& root) {
  Packer packer;
  packer.add(root);
  return packer.take();
}

Node unpacked(std::string_view bytes) {
  Unpacker unpacker(bytes);
  Node root = unpacker.node();
  unpacker.demand_end();
  return root;
}

}  // namespace baseline::yaml

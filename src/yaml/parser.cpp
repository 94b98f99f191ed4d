#include "yaml/parser.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/node/node.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <span>
#include <sstream>
#include <utility>

#include "yaml/layout.hpp"
#include "yaml/scalar.hpp"
#include "yaml/source.hpp"

namespace baseline::yaml {
namespace {

// Leaves the parser when going on would be dangerous; the problem is already recorded.
struct Stop {};

// Builds the tree from yaml-cpp's events. Its own tree knows no aliases and no duplicates, and
// would be built before anybody could look at the depth.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const Source& source, Problems& problems) : source_(source), problems_(problems) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      const Place place = source_.place_of(offset(mark));
      problems_.add(place, "a second YAML document starts here; use a second file");
      throw Stop();
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node& node = next();
    const std::size_t at = offset(mark);
    node.text = null_word(std::string_view(source_.text()).substr(at));
    node.empty = node.text.empty();
    locate(node, source_, at);
    if (node.empty) node.place = source_.place_of(at);
    scalar_is_whole(node, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node& node = next();
    node.text = value;
    locate(node, source_, offset(mark));
    if (tag == "?") {
      if (const std::optional<Scalar> typed = core_scalar(value)) {
        node.scalar = *typed;
      } else {
        problems_.add(node.place, fmt::format("number {} does not fit into 64 bits; quote it if "
                                              "it is text",
                                              shortened(value)));
      }
    } else {
      node.scalar = IsText();
      if (tag != "!") refuse_tag(node.place, tag);
    }
    scalar_is_whole(node, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t at = offset(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      problems_.add(source_.place_of(at),
                    fmt::format("alias '{}' names a map or list; an alias may only name a scalar",
                                word_at(at)));
      next().place = source_.place_of(at);
      node_is_whole();
      return;
    }
    copied_ += found->second.text.size();
    if (copied_ > kMaxSize) {
      problems_.add(source_.place_of(at), "aliases repeat more than 1 MiB of text");
      throw Stop();
    }
    next() = found->second;
    node_is_whole();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag);
  }
  void OnMapEnd() override { close(); }

  std::optional<Node> take() { return std::exchange(root_, std::nullopt); }

 private:
  /// A list or map whose end has not come yet. It is the last in its parent, so it stays in its
  /// place while it is open.
  struct Open {
    Node& node;
    bool has_key = false;                    ///< of a map: the last entry has its key, and no value
    std::map<std::string, Place> keys = {};  ///< of a map, once it has many
  };

  std::size_t offset(const YAML::Mark& mark) const {
    return source_.offset_of(mark.line, mark.column);
  }

  static std::string shortened(std::string_view text) {
    constexpr std::size_t kLong = 40;
    return text.size() <= kLong ? std::string(text) : std::string(text.substr(0, kLong)) + "…";
  }

  std::string word_at(std::size_t at) const {
    const std::string_view rest = std::string_view(source_.text()).substr(at);
    return shortened(rest.substr(0, rest.find_first_of(" \t\n,]}")));
  }

  // The word that makes the node at the start of `rest` null, behind its anchor if it has one; no
  // word when nothing is written there.
  static std::string_view null_word(std::string_view rest) {
    if (rest.starts_with('&')) {
      rest.remove_prefix(std::min(rest.find_first_of(" \n"), rest.size()));
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    }
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
      if (rest.starts_with(word)) return word;
    }
    return {};
  }

  void refuse_tag(Place place, const std::string& tag) {
    problems_.add(place, fmt::format("tag '{}' is not read; quote a text, and leave numbers plain",
                                     shortened(tag)));
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag) {
    const bool is_key = !open_.empty() && open_.back().node.is_map() && !open_.back().has_key;
    Node& node = next();
    node.kind = kind;
    node.place = source_.place_of(offset(mark));
    if (!tag.empty() && tag != "?" && tag != "!") refuse_tag(node.place, tag);
    if (open_.size() == kMaxDepth) {
      problems_.add(node.place, fmt::format("nested deeper than {} levels", kMaxDepth));
      throw Stop();
    }
    if (is_key) {
      problems_.add(node.place, "a key must be a text; got " + std::string(node.type_name()));
    }
    open_.push_back({node});
  }

  void close() {
    open_.pop_back();
    node_is_whole();
  }

  // Where the next node belongs: it is made in its place, for nodes are large.
  Node& next() {
    if (open_.empty()) return root_.emplace();
    Open& parent = open_.back();
    if (parent.node.is_list()) return parent.node.items.emplace_back();
    if (parent.has_key) return parent.node.entries.back().value;
    return parent.node.entries.emplace_back().key;
  }

  void scalar_is_whole(const Node& node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    node_is_whole();
  }

  void node_is_whole() {
    if (open_.empty() || !open_.back().node.is_map()) return;
    Open& parent = open_.back();
    if (parent.has_key && !is_good_entry(parent)) parent.node.entries.pop_back();
    parent.has_key = !parent.has_key;
  }

  // Whether the last entry of a map may stay.
  bool is_good_entry(Open& parent) {
    auto& [key, value] = parent.node.entries.back();
    if (!key.is_scalar()) return false;  // already a problem
    if (key.text == "<<") {
      problems_.add(key.place,
                    "'<<' is not YAML 1.2; repeat the keys (an alias to a text is fine)");
      return false;
    }
    if (const Place* const first = seen(parent)) {
      problems_.add(key.place,
                    fmt::format("duplicate key '{}' (first at {}:{}); YAML would keep only one",
                                shortened(key.text), first->line, first->column));
      return false;
    }
    if (value.is_scalar() && value.empty) value.place = key.place;  // else it is the next line's
    return true;
  }

  // Where the map has its last key already; null, and it is remembered, when it has not. An index
  // is worth its memory only for maps of many keys.
  static const Place* seen(Open& parent) {
    constexpr std::size_t kFew = 16;
    const Node& key = parent.node.entries.back().key;
    const std::span<const Entry> before(parent.node.entries.data(), parent.node.entries.size() - 1);
    if (before.size() < kFew) {
      const auto found = std::ranges::find_if(
          before, [&](const Entry& entry) { return entry.key.text == key.text; });
      return found == before.end() ? nullptr : &found->key.place;
    }
    if (parent.keys.empty()) {
      for (const Entry& entry : before) parent.keys.emplace(entry.key.text, entry.key.place);
    }
    const auto [first, is_new] = parent.keys.emplace(key.text, key.place);
    return is_new ? nullptr : &first->second;
  }

  const Source& source_;
  Problems& problems_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;  // scalars only
  std::optional<Node> root_;
  std::size_t copied_ = 0;
  int documents_ = 0;
};

}  // namespace

std::optional<Node> parse(std::string_view text, Problems& problems) {
  const std::optional<Source> source = Source::read(text, problems);
  if (!source) return std::nullopt;
  TreeBuilder builder(*source, problems);
  try {
    std::istringstream in(source->text());
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const Place place = source->place_of(source->offset_of(error.mark.line, error.mark.column));
    problems.add(place, "YAML: " + error.msg);
    return std::nullopt;
  } catch (const Stop&) {
    return std::nullopt;
  }
  std::optional<Node> root = builder.take();
  if (!root && problems.empty()) problems.add({}, "the file is empty");
  return root;
}

}  // namespace baseline::yaml

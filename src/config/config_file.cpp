#include "config/config_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "base/concealed.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/input_file.hpp"
#include "config/database_path.hpp"
#include "config/file_keys.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "yaml/parser.hpp"
#include "yaml/source.hpp"
#include "yaml/variables.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;
using yaml::Key;
using yaml::KeyType;
using yaml::Node;

// More cannot be counted, or are no age.
constexpr std::int64_t kMostNumber = 100'000;
constexpr std::string_view kWhere = " in the environment";

class Loader {
 public:
  Loader(const fs::path& file, const Environment& environment)
      : file_(file), environment_(environment), problems_(file.native()), reader_(problems_) {}

  ConfigFile load(const std::string& text) {
    const std::optional<Node> root = yaml::parse(text, problems_);
    if (root && reader_.map(*root, "a configuration") && reader_.version(*root)) {
      config_.application.directory = fs::absolute(file_).lexically_normal().parent_path();
      read_map(*root, config_keys(), "a configuration", "");
    }
    if (problems_.empty()) return std::move(config_);
    Error error(
        ErrorCode::usage,
        fmt::format("{} has {}", printable(file_.native()), counted(problems_.size(), "error")),
        "correct it; nothing was touched");
    error.set_problems(problems_.found());
    throw error;
  }

 private:
  void read_map(const Node& node, std::span<const Key> keys, std::string_view what,
                const std::string& prefix) {
    reader_.only_keys(node, yaml::names_of(keys), what);
    for (const Key& key : keys) {
      if (const Node* const value = node.find(key.name)) {
        read(*value, key, prefix + std::string(key.name));
      }
    }
  }

  void read(const Node& node, const Key& key, const std::string& name) {
    std::optional<std::vector<std::string>> texts;
    switch (key.type) {
      case KeyType::version:
        return;  // was read first of all
      case KeyType::section:
        config_.values[name] = {{}, source_of(node)};  // that it is there says something, too
        if (reader_.map(node, fmt::format("'{}'", key.name))) {
          read_map(node, key.keys(), fmt::format("'{}'", key.name), name + ".");
        }
        return;
      case KeyType::hook:
      case KeyType::argv:
        place_of(name) = read_hook(node, key);
        return;
      case KeyType::values:
        return read_vars(node);
      case KeyType::path:
        texts = read_paths(node, key.name, false);
        break;
      case KeyType::paths:
        texts = read_paths(node, key.name, true);
        break;
      case KeyType::choice:
        if (reader_.choice(node, key.name, key.choices)) texts = {node.text};
        break;
      case KeyType::duration:
        if (reader_.duration(node, key.name)) texts = {node.text};
        break;
      case KeyType::number:
        texts = read_number(node, key.name);
        break;
      case KeyType::truth:
        texts = read_truth(node, key.name);
        break;
      case KeyType::texts:
        texts = reader_.texts(node, key.name);
        break;
      case KeyType::variables:
        texts = read_variables(node, key.name);
        break;
      case KeyType::text:
      case KeyType::names:
      case KeyType::sql:
      case KeyType::regexes:
      case KeyType::matcher:
      case KeyType::count:
      case KeyType::output:
      case KeyType::rows:
      case KeyType::column:
      case KeyType::by:
      case KeyType::fixtures:
      case KeyType::cases:
      case KeyType::named_sql:
      case KeyType::checks:
        break;  // no key of a configuration is of these types
    }
    if (texts) config_.values[name] = {*std::move(texts), source_of(node)};
  }

  std::string source_of(const Node& node) const {
    return fmt::format("{}:{}:{}", printable(file_.native()), node.place.line, node.place.column);
  }

  // What the environment holds for suites and commands may be a secret. A path is none.
  yaml::Variables concealing() const {
    return [this](const std::string& name) { return concealed_variable(environment_, name); };
  }

  std::optional<std::string> read_path(const Node& node, std::string_view key) {
    const auto written = reader_.text(node, key);
    if (!written) return std::nullopt;
    const auto value = [this](const std::string& name) { return environment_(name.c_str()); };
    yaml::Problems unset(file_.native());
    const yaml::Reader unset_reader(unset);
    const bool may_be_unset = key == "database";
    auto text =
        yaml::expanded(may_be_unset ? unset_reader : reader_, node, *written, value, kWhere);
    if (may_be_unset) config_.database_problems = unset.found();
    if (!text) return std::nullopt;
    if (text->find('\0') != std::string::npos || trimmed(*text).empty()) {
      reader_.error(node.place, fmt::format("'{}' is no path", key));
      return std::nullopt;
    }
    // What is no path is refused where it is used, in its own words.
    if (key == "database" && is_address(*text)) return text;
    return (file_.parent_path() / *text).native();
  }

  std::optional<std::vector<std::string>> read_paths(const Node& node, std::string_view key,
                                                     bool several) {
    std::vector<std::string> out;
    if (!several || !node.is_list()) {
      auto path = read_path(node, key);
      if (!path) return std::nullopt;
      return std::vector{*std::move(path)};
    }
    if (node.items.empty()) {
      reader_.error(node.place,
                    fmt::format("'{}' must be a path or a list of them; got an empty list", key));
      return std::nullopt;
    }
    for (const Node& item : node.items) {
      auto path = read_path(item, key);
      if (!path) return std::nullopt;
      out.push_back(*std::move(path));
    }
    return out;
  }

  std::optional<std::vector<std::string>> read_number(const Node& node, std::string_view key) {
    const auto number = reader_.integer(node, key);
    if (!number) return std::nullopt;
    if (*number < 1 || *number > kMostNumber) {
      reader_.error(node.place, fmt::format("'{}' must be a whole number from 1 to {}; got {}", key,
                                            kMostNumber, *number));
      return std::nullopt;
    }
    return std::vector{fmt::format("{}", *number)};
  }

  std::optional<std::vector<std::string>> read_truth(const Node& node, std::string_view key) {
    const auto* const value = node.is_scalar() ? std::get_if<bool>(&node.scalar) : nullptr;
    if (value == nullptr || !*value) {
      reader_.error(node.place, fmt::format("'{}' must be true; leave it out otherwise", key));
      return std::nullopt;
    }
    return std::vector<std::string>{"true"};
  }

  std::optional<std::vector<std::string>> read_variables(const Node& node, std::string_view key) {
    auto names = reader_.texts(node, key);
    for (std::size_t i = 0; names && i < names->size(); ++i) {
      if (yaml::is_identifier(names->at(i))) continue;
      reader_.error(node.items[i].place,
                    fmt::format("'{}' is no name of a variable: letters, digits and _ only",
                                names->at(i).substr(0, 40)));
    }
    return names;
  }

  void read_vars(const Node& node) {
    if (!reader_.map(node, "'vars'")) return;
    config_.vars_source = source_of(node);
    for (const yaml::Entry& entry : node.entries) {
      const std::string& name = entry.key.text;
      if (!yaml::is_identifier(name)) {
        reader_.error(
            entry.key.place,
            fmt::format("var '{}' is no name: letters, digits and _ only", name.substr(0, 40)));
      } else if (!entry.value.is_scalar() || entry.value.empty) {
        reader_.wrong(entry.value, name, "a text or number");
      } else if (auto text =
                     yaml::expanded(reader_, entry.value, entry.value.text, concealing(), kWhere)) {
        config_.vars[name] = *std::move(text);
        config_.var_texts[name] = entry.value.text;
      }
    }
  }

  // A variable that is not set is a problem of the hook, not of every command: whoever only wants
  // to look at the database need not know the secrets of those who stop and start.
  std::optional<Hook> read_hook(const Node& node, const Key& key) {
    Hook hook;
    hook.source = source_of(node);
    const Node* words = &node;
    if (key.type == KeyType::hook && node.is_map()) {
      reader_.only_keys(node, yaml::names_of(key.keys()), fmt::format("'{}'", key.name));
      words = node.find("command");
      if (words == nullptr) {
        reader_.error(node.place, fmt::format("'{}' has no 'command'", key.name));
        return std::nullopt;
      }
      if (const Node* const timeout = node.find("timeout")) {
        const auto duration = reader_.duration(*timeout, "timeout");
        if (duration && duration->count() == 0) {
          reader_.error(timeout->place, "'timeout' must be longer than 0");
        } else if (duration) {
          hook.timeout = *duration;
        }
      }
    }
    yaml::Problems unset(file_.native());
    const yaml::Reader unset_reader(unset);
    const auto expand = [&](const Node& item, const std::string& text) {
      auto word = yaml::expanded(unset_reader, item, text, concealing(), kWhere);
      return word ? std::move(word) : std::optional(text);
    };
    auto read = yaml::read_words(reader_, *words, key.name, expand);
    if (!read) return std::nullopt;
    hook.argv = std::move(read->run);
    hook.written = std::move(read->written);
    hook.problems = unset.found();
    return hook;
  }

  std::optional<Hook>& place_of(const std::string& name) {
    if (name == "application.stop") return config_.application.stop;
    if (name == "application.start") return config_.application.start;
    if (name == "application.revert") return config_.application.revert;
    return config_.announcement.send;
  }

  const fs::path& file_;
  const Environment& environment_;
  yaml::Problems problems_;
  yaml::Reader reader_;
  ConfigFile config_;
};

[[noreturn]] void throw_distrusted(const char* name, const std::string& why) {
  throw Error(ErrorCode::refused, fmt::format("./{} {}, and what it names would be run", name, why),
              fmt::format("name it with --config ./{} if you trust it", name));
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') return {};
    return value;
  };
}

std::optional<std::string> concealed_variable(const Environment& environment,
                                              const std::string& name) {
  auto value = environment(name.c_str());
  if (value) from_environment().add(*value, fmt::format("${{{}}}", name));
  return value;
}

ConfigFile parse_config(const std::string& text, const fs::path& file,
                        const Environment& environment) {
  return Loader(file, environment).load(text);
}

ConfigFile load_config(const fs::path& file, const Environment& environment) {
  return parse_config(read_input_file(file, yaml::kMaxSize), file, environment);
}

std::optional<FoundConfig> find_config() {
  constexpr const char* kName = "baseline.yaml";
  struct stat there {};
  if (::stat(kName, &there) != 0 && errno == ENOENT) return {};
  // What is looked at is what is read, and never waited for.
  const File file(::open(kName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), kName);
  // Whoever makes a link to somebody's own file chooses what lies beside the link.
  if (!file.is_open() && errno == ELOOP) throw_distrusted(kName, "is a symbolic link");
  const auto unreadable = [&](const std::string& why) {
    return Error(ErrorCode::usage, fmt::format("cannot read {}: {}", kName, why));
  };
  if (!file.is_open()) throw unreadable(std::generic_category().message(errno));
  const struct stat status = file.status();
  if (!S_ISREG(status.st_mode)) throw unreadable("not a regular file");
  if ((status.st_mode & S_IWOTH) != 0) throw_distrusted(kName, "may be written by anybody");
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    throw_distrusted(kName, "belongs to " + owner_name(status.st_uid, status.st_gid));
  }
  if (static_cast<std::uint64_t>(status.st_size) > yaml::kMaxSize) {
    throw unreadable("larger than " + human_size(yaml::kMaxSize));
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  text.resize(file.read(text.data(), text.size(), 0));
  return FoundConfig{kName, std::move(text)};
}

void require_usable(const Application& application) {
  std::vector<Problem> problems;
  for (const auto* hook : {&application.stop, &application.start, &application.revert}) {
    if (!*hook) continue;
    problems.insert(problems.end(), (*hook)->problems.begin(), (*hook)->problems.end());
  }
  if (problems.empty()) return;
  Error error(ErrorCode::usage, "the application's commands cannot be run as they are configured",
              "set the variables, or write $$ for a $; nothing was touched");
  error.set_problems(std::move(problems));
  throw error;
}

}  // namespace baseline

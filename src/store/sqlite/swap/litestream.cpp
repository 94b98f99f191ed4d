#include "store/sqlite/swap/litestream.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace baseline::sqlite {
namespace {

// "/usr/bin/litestream replicate …"
bool is_litestream(const Holder& holder) {
  const std::string program = holder.command.substr(0, holder.command.find(' '));
  return program.substr(program.rfind('/') + 1) == "litestream";
}

bool has_its_tables(const Schema& schema) {
  return std::ranges::any_of(schema.objects, [](const SchemaObject& object) {
    return object.name.starts_with("_litestream_");
  });
}

}  // namespace

bool has_litestream(const std::vector<Holder>& holders) {
  return std::ranges::any_of(holders, is_litestream);
}

std::optional<std::string> litestream_warning(const Target& target, const Schema& schema,
                                              const std::vector<Holder>& holders) {
  const std::string state = fmt::format(".{}-litestream", target.name);
  const std::string path = printable((target.directory / state).native());
  const bool has_state = target.directory.contains(state);
  const auto running = std::ranges::find_if(holders, is_litestream);
  if (running != holders.end()) {
    return fmt::format(
        "Litestream (pid {}) replicates the database: stop it before the window{}, and start it "
        "after the application",
        running->pid, has_state ? fmt::format(", move {} away after it", path) : "");
  }
  if (has_state) {
    return fmt::format(
        "{} is Litestream's state of the old database: let Litestream be stopped in the window, "
        "and move it away before Litestream starts again, so that it takes a new snapshot",
        path);
  }
  if (has_its_tables(schema)) {
    return "the database has tables of Litestream: if that still replicates it, stop it before "
           "the window, and start it after the application";
  }
  return {};
}

}  // namespace baseline::sqlite

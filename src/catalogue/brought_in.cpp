#include "catalogue/brought_in.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/names.hpp"
#include "os/clock.hpp"
#include "os/modes.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCompactTimeLength = std::string_view("20261121T023558Z").size();

std::string digest_of_kept(const std::vector<KeptFile>& kept) {
  constexpr std::size_t kEnough = 16;
  Sha256 hash;
  for (const KeptFile& file : kept) {
    hash.update(file.name);
    file.give([&](std::string_view bytes) { hash.update(bytes); });
  }
  return hash.hex().substr(0, kEnough);
}

Directory made_below(FileSystem& files, const Directory& parent, const std::string& name) {
  if (!parent.contains(name)) files.make_directory(parent, name, kPrivateDirectory);
  auto made = parent.open_directory(name);
  if (!made) throw_errno("open the directory", (parent / name).native());
  return std::move(*made);
}

void write_kept(FileSystem& files, const Directory& directory, const KeptFile& kept) {
  files.unlink(directory, kept.name);  // what an interrupted call wrote
  const File file = files.create(directory, kept.name, kSealedFile);
  std::uint64_t at = 0;
  kept.give([&](std::string_view bytes) {
    files.write(file, bytes, at);
    at += bytes.size();
  });
  files.sync(file);
}

// The directory of all that is kept, if there is one.
std::optional<Directory> kept_in(const Catalogue& catalogue) {
  const Directory* const above = catalogue.opened();
  return above != nullptr ? above->open_directory(std::string(names::kBroughtIn)) : std::nullopt;
}

void discard_kept(FileSystem& files, const Directory& all, const std::string& name) {
  const auto directory = all.open_directory(name);
  if (!directory) return;
  for (const std::string& file : directory->names()) files.unlink(*directory, file);
  files.remove_directory(all, name);
}

}  // namespace

fs::path keep_brought_in(FileSystem& files, Catalogue& catalogue, const std::string& database,
                         std::chrono::system_clock::time_point now,
                         const std::vector<KeptFile>& kept) {
  const std::string digest = digest_of_kept(kept);
  const Directory& above = catalogue.open();
  const Directory all = made_below(files, above, std::string(names::kBroughtIn));
  for (const std::string& name : all.names()) {
    if (!name.starts_with(names::kPartialPrefix) && name.ends_with("-" + digest)) {
      return all / name;
    }
  }
  const std::string unfinished = names::partial(names::run_key(digest, database));
  const Directory directory = made_below(files, all, unfinished);
  for (const KeptFile& file : kept) write_kept(files, directory, file);
  files.sync_directory(directory);
  const std::string name = names::brought_in(compact_time(now), digest);
  files.rename_new(all, unfinished, all, name);
  files.sync_directory(all);
  files.sync_directory(above);
  return all / name;
}

std::vector<fs::path> unfinished_brought_in(const Catalogue& catalogue,
                                            const std::string& database) {
  std::vector<fs::path> found;
  const auto all = kept_in(catalogue);
  if (!all) return found;
  for (const std::string& name : all->names()) {
    if (name.starts_with(names::kPartialPrefix) && name.ends_with(names::run_key("", database))) {
      found.push_back(*all / name);
    }
  }
  return found;
}

void discard_brought_in(FileSystem& files, const Catalogue& catalogue, const fs::path& directory) {
  if (const auto all = kept_in(catalogue)) {
    discard_kept(files, *all, directory.filename().native());
  }
}

void forget_brought_in(FileSystem& files, const Catalogue& catalogue) {
  const std::vector<CatalogueEntry> entries = catalogue.entries();
  const auto all = kept_in(catalogue);
  if (entries.empty() || !all) return;
  const auto oldest = std::ranges::min(entries, {}, [](const CatalogueEntry& entry) {
                        return entry.id.substr(0, kCompactTimeLength);
                      }).id.substr(0, kCompactTimeLength);
  for (const std::string& name : all->names()) {
    if (name.starts_with(names::kPartialPrefix) || name.substr(0, kCompactTimeLength) >= oldest)
      continue;
    discard_kept(files, *all, name);
  }
}

}  // namespace baseline

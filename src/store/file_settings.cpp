#include "store/file_settings.hpp"

namespace baseline {

std::array<FileSettings::Item, 4> FileSettings::items() const {
  return {{{"encoding", encoding},
           {"page_size", page_size == 0 ? std::string() : std::to_string(page_size)},
           {"auto_vacuum", auto_vacuum},
           {"journal_mode", journal_mode}}};
}

FileSettings FileSettings::or_else(const FileSettings& other) const {
  return {encoding.empty() ? other.encoding : encoding,
          page_size == 0 ? other.page_size : page_size,
          auto_vacuum.empty() ? other.auto_vacuum : auto_vacuum,
          journal_mode.empty() ? other.journal_mode : journal_mode};
}

}  // namespace baseline

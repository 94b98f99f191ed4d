#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace baseline::sqlite {

/// What of a migration's file makes the schema. Many tools keep the way back in the same file,
/// behind a comment: goose (`-- +goose Down`), dbmate (`-- migrate:down`), sql-migrate (`--
/// +migrate Down`), rambler, micrate, MyBatis (`-- //@UNDO`), tern, Play, shmig, node-pg-migrate,
/// Mojo and others (`-- Down`, `-- 1 down`, `-- ==== DOWN ====`).
struct UpPart {
  std::string sql;       ///< the other parts are spaces and line feeds, so that places stay
  std::string marker;    ///< the comment that begins the first part left out; may be empty
  std::size_t line = 0;  ///< of it, from 1
  std::optional<std::size_t> variables;  ///< the offset behind which goose would fill them in
};

/// Nothing when the file has no such comments: then all of it is applied.
std::optional<UpPart> up_part(std::string_view sql);

}  // namespace baseline::sqlite

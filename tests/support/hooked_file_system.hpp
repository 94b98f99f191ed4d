#pragma once

#include <functional>
#include <string>

#include "os/file_system.hpp"

/// Forwards to the real filesystem, but calls a hook before every change with its name ("sync",
/// "rename") and the path. The hook may record it, throw in its place, or end the process: every
/// change to the disk is one step at which a test can stop.
class HookedFileSystem final : public baseline::FileSystem {
 public:
  using Hook = std::function<void(const std::string& operation, const std::string& path)>;
  explicit HookedFileSystem(Hook hook) : hook_(std::move(hook)) {}

  /// Whether the filesystem has files without a name.
  bool has_unnamed = true;

  baseline::File create(const baseline::Directory& d, const std::string& n, mode_t m) override {
    hook_("create", d / n);
    return real().create(d, n, m);
  }
  std::optional<baseline::File> create_unnamed(const baseline::Directory& d, const std::string& n,
                                               mode_t m) override {
    if (!has_unnamed) return {};
    hook_("create-unnamed", d / n);
    return real().create_unnamed(d, n, m);
  }
  void link_unnamed(const baseline::File& f, const baseline::Directory& d,
                    const std::string& n) override {
    hook_("link-unnamed", d / n);
    real().link_unnamed(f, d, n);
  }
  baseline::File open_or_create(const baseline::Directory& d, const std::string& n,
                                mode_t m) override {
    hook_("open", d / n);
    return real().open_or_create(d, n, m);
  }
  baseline::File open_to_append(const baseline::Directory& d, const std::string& n,
                                mode_t m) override {
    hook_("open", d / n);
    return real().open_to_append(d, n, m);
  }
  void write(const baseline::File& f, std::string_view b, std::uint64_t o) override {
    hook_("write", f.path());
    real().write(f, b, o);
  }
  void truncate(const baseline::File& f, std::uint64_t s) override {
    hook_("truncate", f.path());
    real().truncate(f, s);
  }
  bool clone(const baseline::File& a, const baseline::File& b) override {
    hook_("clone", b.path());
    return real().clone(a, b);
  }
  void sync(const baseline::File& f) override {
    hook_("sync", f.path());
    real().sync(f);
  }
  void sync_directory(const baseline::Directory& d) override {
    hook_("sync-dir", d.path());
    real().sync_directory(d);
  }
  void set_mode(const baseline::File& f, mode_t m) override {
    hook_("set-mode", f.path());
    real().set_mode(f, m);
  }
  void set_owner(const baseline::File& f, uid_t u, gid_t g) override {
    hook_("set-owner", f.path());
    real().set_owner(f, u, g);
  }
  void set_attribute(const baseline::File& f, const std::string& n, std::string_view v) override {
    hook_("set-attribute", f.path());
    real().set_attribute(f, n, v);
  }
  void remove_attribute(const baseline::File& f, const std::string& n) override {
    hook_("remove-attribute", f.path());
    real().remove_attribute(f, n);
  }
  void rename(const baseline::Directory& a, const std::string& x, const baseline::Directory& b,
              const std::string& y) override {
    hook_("rename", b / y);
    real().rename(a, x, b, y);
  }
  void rename_new(const baseline::Directory& a, const std::string& x, const baseline::Directory& b,
                  const std::string& y) override {
    hook_("rename-new", b / y);
    real().rename_new(a, x, b, y);
  }
  void exchange(const baseline::Directory& d, const std::string& x, const std::string& y) override {
    hook_("exchange", d / y);
    real().exchange(d, x, y);
  }
  void link(const baseline::Directory& a, const std::string& x, const baseline::Directory& b,
            const std::string& y) override {
    hook_("link", b / y);
    real().link(a, x, b, y);
  }
  void unlink(const baseline::Directory& d, const std::string& n) override {
    hook_("unlink", d / n);
    real().unlink(d, n);
  }
  void make_directory(const baseline::Directory& d, const std::string& n, mode_t m) override {
    hook_("make-dir", d / n);
    real().make_directory(d, n, m);
  }
  void remove_directory(const baseline::Directory& d, const std::string& n) override {
    hook_("remove-dir", d / n);
    real().remove_directory(d, n);
  }

 private:
  static baseline::FileSystem& real() { return baseline::real_file_system(); }
  Hook hook_;
};

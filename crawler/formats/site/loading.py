"""Site configs from files: read, merged with what all sites share, checked, all faults at once."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from crawler.errors import ConfigError
from crawler.formats.site.checking import faults_of
from crawler.formats.site.faults import Fault, Place, error_of, quoted
from crawler.formats.site.model import KEY_PATTERN, Site, SiteConfig
from crawler.formats.site.reading import Entry, Node, merge, plain, read

SUFFIX = ".yaml"
DEFAULTS = "_defaults.yaml"


def load_site(path: Path, defaults: Path | None = None) -> Site:
    """The site of one config file, over what `defaults` shares (left out: `_defaults.yaml` beside the config, if there is one).

    Raises ConfigError that shows every fault of both files with file, line, column, key and source line.
    """
    beside = path.parent / DEFAULTS
    file = defaults or (beside if beside.exists() else None)
    shared, faults = _read_shared(file) if file else (None, [])
    site, more = _check(path, shared)
    if site is None or faults:
        raise error_of(faults + more)
    return site


def load_sites(configs_dir: Path) -> dict[str, Site]:
    """All sites of a folder by their keys, in alphabetical order. Raises ConfigError that shows every fault of every file."""
    sites, faults = check_sites(configs_dir)
    if faults:
        raise error_of(faults)
    return sites


def check_sites(configs_dir: Path, only: Iterable[str] = ()) -> tuple[dict[str, Site], list[Fault]]:
    """The good sites of a folder, and the faults of all its files or of the `only` named sites, each once.

    Raises ConfigError where there is no such folder or no config of a name.
    """
    names = set(only)
    _refuse_unknown(names, configs_dir)
    beside = configs_dir / DEFAULTS
    shared, faults = _read_shared(beside) if beside.exists() else (None, [])
    if shared and not names:
        faults += _check_shared(shared)
    sites = {}
    for path in _files(configs_dir):
        if names and path.stem not in names:
            continue
        site, more = _check(path, shared)
        faults += more
        if site:
            sites[site.key] = site
    return sites, sorted(set(faults))


def site_names(configs_dir: Path) -> list[str]:
    """The keys of the sites that have a config, without reading one. Raises ConfigError where there is no such folder.

    Files whose names cannot be keys are passed over; `load_sites` names them.
    """
    return [path.stem for path in _files(configs_dir) if not _name_fault(path)]


def config_digest(site: Site) -> str:
    """`sha256:` and hex over everything that the config says, its defaults included: equal digests mean equal orders."""
    orders = json.dumps(site.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(orders.encode()).hexdigest()}"


def _files(configs_dir: Path) -> list[Path]:
    try:
        entries = sorted(configs_dir.iterdir())
    except OSError as error:
        raise ConfigError(f"{configs_dir}: the folder of site configs cannot be read: {error.strerror}") from None
    return [path for path in entries if path.suffix in (SUFFIX, ".yml") and not path.name.startswith(("_", "."))]


def _refuse_unknown(names: set[str], configs_dir: Path) -> None:
    known = [path.stem for path in _files(configs_dir)]
    for name in sorted(names.difference(known)):
        near = difflib.get_close_matches(name, known, n=1)
        raise ConfigError(f"there is no config {quoted(name)} in {configs_dir}" + (f"; did you mean {quoted(near[0])}?" if near else ""))


def _name_fault(path: Path) -> Fault | None:
    if path.suffix != SUFFIX:
        return Fault(Place(path), "", f"a config's file name ends in {SUFFIX}")
    if not re.fullmatch(KEY_PATTERN.strip("^$"), path.stem):
        rule = "small letters, digits, dot, hyphen and underscore, 64 at most, a letter or digit first"
        return Fault(Place(path), "", f"{quoted(path.stem)} cannot be a site's name: {rule}")
    return None


def _read_shared(path: Path) -> tuple[Node | None, list[Fault]]:
    shared, faults = read(path)
    if shared is None:
        return None, faults
    if not isinstance(shared.value, dict):
        return None, [*faults, Fault(shared.place, "", "must be a mapping: keys and values as in a site's config")]
    url = shared.value.pop("url", None)
    if url:
        faults.append(Fault(url.key, "url", "belongs to each site and cannot be shared"))
    return shared, faults


def _check_shared(shared: Node) -> list[Fault]:
    """The faults of the shared values by themselves, so that they are seen even where every site overrides them."""
    url = Entry(shared.place, Node(shared.place, "http://site.invalid/"))
    return _check_tree(merge(Node(shared.place, {"url": url}), shared), [])


def _check(path: Path, shared: Node | None) -> tuple[Site | None, list[Fault]]:
    if wrong := _name_fault(path):
        return None, [wrong]
    own, faults = read(path)
    if own is None:
        empty = Fault(
            Place(path, 1, 1), "url", "is missing: the file is empty, and a site needs a line such as `url: https://blog.example/`"
        )
        return None, faults or [empty]
    if not isinstance(own.value, dict):
        return None, [*faults, Fault(own.place, "", "must be a mapping: lines such as `url: https://blog.example/`")]
    tree = merge(shared, own) if shared else own
    faults = _check_tree(tree, faults)
    return (None if faults else Site.model_validate({**plain(tree), "key": path.stem})), faults


def _check_tree(tree: Node, faults: list[Fault]) -> list[Fault]:
    """`faults`, and those that the model finds."""
    try:
        SiteConfig.model_validate(plain(tree))
    except ValidationError as error:
        return [*faults, *faults_of(error, tree, {fault.key for fault in faults})]
    return faults

"""Addresses that say what a text is about: where the packages of a language live. A link counts, a bare mention does not.

The slugs are those of feeds.yaml: a technology that is called otherwise there takes nothing from this table, but its `words` may
name hosts of its own (`packagist.org`), which count in the same way.
"""

from __future__ import annotations

HOMES: dict[str, tuple[str, ...]] = {
    "php": ("php.net", "symfony.com", "laravel.com", "getcomposer.org", "wordpress.org/plugins", "drupal.org/project"),
    "js": ("npmjs.com", "npmjs.org", "jsr.io", "nodejs.org", "deno.land", "unpkg.com", "react.dev", "vuejs.org", "angular.dev"),
    "python": ("docs.python.org", "peps.python.org", "djangoproject.com", "anaconda.org"),
    "ruby": ("rubyonrails.org", "ruby-doc.org", "ruby-lang.org", "rubydoc.info"),
    "java": ("search.maven.org", "central.sonatype.com", "mvnrepository.com", "spring.io", "openjdk.org", "kotlinlang.org"),
    "dotnet": ("nuget.org", "dotnet.microsoft.com", "learn.microsoft.com/dotnet"),
    "go": ("pkg.go.dev", "go.dev", "golang.org", "godoc.org"),
    "rust": ("crates.io", "docs.rs", "lib.rs", "rust-lang.org"),
    "data": ("huggingface.co", "kaggle.com", "postgresql.org", "data.gouv.fr", "arxiv.org/list/cs.LG"),
    "devops": ("hub.docker.com", "docs.docker.com", "kubernetes.io", "artifacthub.io", "registry.terraform.io", "galaxy.ansible.com"),
    "security": ("cve.org", "cve.mitre.org", "nvd.nist.gov", "owasp.org", "cert.ssi.gouv.fr", "cyber.gouv.fr"),
    "mobile": ("play.google.com/store/apps", "apps.apple.com", "developer.android.com", "pub.dev", "cocoapods.org", "f-droid.org"),
    "web": ("caniuse.com", "w3.org/TR/css", "w3.org/WAI", "css-tricks.com"),
    "iot": ("arduino.cc", "platformio.org", "thethingsnetwork.org", "raspberrypi.com", "hackaday.io"),
}  # fmt: skip
REGISTRIES = {"php": "packagist", "python": "pypi", "ruby": "rubygems"}
"""Package registries that are called like their domain under .org."""
for _slug, _registry in REGISTRIES.items():
    HOMES[_slug] = (f"{_registry}.org", *HOMES[_slug])

# What the language class of a code block says. Shells and data formats say nothing: everyone uses them.
LANGUAGES: dict[str, tuple[str, ...]] = {
    "php": ("php", "twig", "blade"),
    "js": ("js", "javascript", "jsx", "ts", "typescript", "tsx", "mjs", "coffee", "coffeescript", "vue", "svelte"),
    "python": ("py", "python", "python3", "pycon", "pytb", "ipython"),
    "ruby": ("rb", "ruby", "erb"),
    "java": ("java", "kotlin", "groovy", "scala", "gradle"),
    "dotnet": ("cs", "csharp", "c#", "fsharp", "f#", "vb", "vbnet", "razor", "xaml"),
    "go": ("go", "golang"),
    "rust": ("rust", "rs"),
    "data": ("sql", "plsql", "plpgsql", "psql", "mysql", "pgsql", "cypher", "sparql"),
    "devops": ("dockerfile", "docker", "hcl", "terraform", "nginx", "apacheconf", "systemd", "puppet"),
    "mobile": ("swift", "dart", "objc", "objectivec", "objective-c"),
    "web": ("css", "scss", "sass", "less", "stylus"),
    "iot": ("arduino", "ino", "vhdl", "verilog"),
}
for _table in (HOMES, LANGUAGES):
    _table["web-design"] = _table["web"]  # both names are common

"""Parameters given at the terminal as NAME=VALUE."""


def parameter(text: str) -> tuple[str, str | int | bool | list[str]]:
    """Return the name and value in ``name=value``, the value of the kind that brief.yml has there."""
    from earshot.core.params import Brief, ParamError, nearest

    name, separator, value = text.partition("=")
    allowed = [field for field in Brief.model_fields if field != "workspace"]
    if not separator:
        raise ParamError(f"-p {text}: write NAME=VALUE, for example -p start=2015-02-16.")
    if name not in allowed:
        raise ParamError(f"-p {text}: there is no parameter {name!r}.{nearest(name, allowed)}")
    kind = Brief.model_fields[name].annotation
    if kind is int and value.lstrip("-").isdecimal():
        return name, int(value)
    if kind is bool and value in ("true", "false"):
        return name, value == "true"
    return name, [part.strip() for part in value.split(",") if part.strip()] if kind == list[str] else value

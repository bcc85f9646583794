"""Pages of our own: templates that escape whatever is put into them."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from geo_service.maps.assets import GROUND_SCRIPTS
from geo_service.web.assets import map_address, static_address


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("geo_service.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["asset"] = static_address
    templates.globals["map_asset"] = map_address
    templates.globals["ground_scripts"] = GROUND_SCRIPTS
    return templates


def write_page(template: str, **content: object) -> str:
    """Fill a template.

    Parameters
    ----------
    template : str
        A file in ``templates/``.
    **content : object
        What the template asks for; jinja2.UndefinedError if something is missing.
    """
    return _templates().get_template(template).render(**content)

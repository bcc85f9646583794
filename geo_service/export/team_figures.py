"""What teams did, for programs."""

from geo_service.domain.team import TeamFigures


def figures_record(figures: TeamFigures) -> dict[str, object]:
    """Describe what one team did as JSON knows it; raises nothing."""
    return {
        "team_id": figures.team.team_id,
        "name": figures.team.name,
        "name_en": figures.team.name_en,
        "members": figures.members,
        "reports": figures.reports,
        "checks": figures.checks,
        "closures": figures.closures,
    }

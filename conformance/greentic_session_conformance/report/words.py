"""A verdict and what goes with it in words, the same at every door."""

from greentic_session_conformance.report.model import Report


def notices(report: Report) -> list[str]:
    """A line for each deviation, each that doesn't hold, and each note."""
    lines = [
        f"deviation   {item.id} until {told['expires']}: {told['reason']}  {told['link']}"
        for item in report.deviations
        if (told := item.deviation) is not None
    ]
    lines += [f"deviation   {fault.rule}: {fault.message}" for fault in report.deviation_faults]
    lines += [f"note        {note}" for note in report.notes]
    return lines


def summary_of(report: Report) -> str:
    """What follows the verdict's word: to which profiles, with how many deviations, or why not."""
    if report.verdict == "non-conformant":
        told = _faults(report)
    elif report.verdict == "conformant":
        told = f" to {', '.join(report.profiles)}{with_deviations(report)}"
    elif report.verdict == "partial":
        told = f": only the selected rules were judged{',' if report.deviations else ''}{with_deviations(report)}"
    else:
        told = f": {report.reason}" if report.reason else ": not every claimed rule could be judged"
    return told + (" (interrupted)" if report.interrupted else "")


def _faults(report: Report) -> str:
    told = []
    if report.broken:
        profiles = ", ".join(dict.fromkeys(item.profile for item in report.broken))
        told.append(f" to {profiles} ({len(report.broken)} of {len(report.requirements)} rules broken)")
    if report.deviation_faults:
        count = len(report.deviation_faults)
        told.append(f": {count} declared deviation{'s' * (count > 1)} {'do' if count > 1 else 'does'} not hold")
    return "".join(told)


def with_deviations(report: Report) -> str:
    """Such as ``" with 2 deviations"``; nothing where there is none."""
    count = len(report.deviations)
    return f" with {count} deviation{'s' * (count > 1)}" if count else ""

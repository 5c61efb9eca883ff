# Light, dark, or as the system says.
theme-title = Light or dark
theme-about = For this browser, whoever signs in with it.
theme-choose = How the pages look
theme-system = As the system says
theme-light = Light
theme-dark = Dark
theme-save = Save the look
done-theme-set = The pages look as you have chosen.
